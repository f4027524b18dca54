// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/search.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>

/// Compiled for AVX2 too, chosen when the program starts. AVX2 does not bring fused multiply-adds.
#define QUANTSCOPE_VECTOR_CLONES __attribute__((target_clones("avx2", "default")))

namespace core::formats {

namespace {

    /// Tries that are computed side by side, one a lane, so that the sums of each keep their order.
    constexpr int lanes = 8;
    using Floats = float __attribute__((vector_size(4 * lanes)));
    using Ints = std::int32_t __attribute__((vector_size(4 * lanes)));

    struct Extremes {
        float min;
        float max;
    };

    /// The lowest weight, or 0 if all are above, and the highest.
    Extremes extremes(const float* x, int count)
    {
        float min = x[0];
        float max = x[0];
        for (int i = 1; i < count; ++i) {
            min = x[i] < min ? x[i] : min;
            max = x[i] > max ? x[i] : max;
        }
        return { min > 0 ? 0 : min, max };
    }

    /// The weight of the largest magnitude, the first of equals, with its sign.
    float largestWeight(const float* x, int count)
    {
        float largest = 0;
        for (int i = 0; i < count; ++i)
            largest = std::fabs(x[i]) > std::fabs(largest) ? x[i] : largest;
        return largest;
    }

    /// nearestInt and std::clamp in every lane, back as float.
    inline __attribute__((always_inline)) void nearestLevels(
        Floats& levels, const Floats& x, int lowest, int highest)
    {
        const Floats shifted = x + 0x1.8p23f;
        Ints level = (reinterpret_cast<Ints>(shifted) & 0x007fffff) - 0x00400000;
        level = level < lowest ? Ints{} + lowest : level;
        level = level > highest ? Ints{} + highest : level;
        levels = __builtin_convertvector(level, Floats);
    }

    // ---- one scale, of either sign ----

    /// The roundings searchScale tries: the largest weight goes to −(half + 0.1·t). First the plain
    /// one.
    constexpr std::array<int, 19> scaleTries{ 0, -9, -8, -7, -6, -5, -4, -3, -2, -1, 1, 2, 3, 4, 5,
        6, 7, 8, 9 };

    /// Σ w·x·l and Σ w·l² of each try; what is beyond scaleTries is padding.
    struct ScaleSums {
        std::array<float, 24> inverse{}; ///< the try's 1/scale
        std::array<float, 24> xl{};
        std::array<float, 24> ll{};
    };

    QUANTSCOPE_VECTOR_CLONES
    void sumScaleTries(const float* x, const float* weight, int count, int half, ScaleSums& sums)
    {
        for (std::size_t first = 0; first < sums.inverse.size(); first += lanes) {
            Floats inverse, xl{}, ll{};
            std::memcpy(&inverse, &sums.inverse[first], sizeof(inverse));
            for (int i = 0; i < count; ++i) {
                const Floats scaled = inverse * x[i];
                Floats level;
                nearestLevels(level, scaled, -half, half - 1);
                xl += (weight[i] * x[i]) * level;
                ll += (weight[i] * level) * level;
            }
            std::memcpy(&sums.xl[first], &xl, sizeof(xl));
            std::memcpy(&sums.ll[first], &ll, sizeof(ll));
        }
    }

    // ---- a scale and a minimum ----

    /// What searchScaleAndMin knows of a group before it tries.
    struct Group {
        const float* x;
        const float* weight;
        int count;
        float sumW;
        float sumX; ///< Σ w·x
    };

    /// The tries that are computed at once, and what came of each.
    struct RangeBatch {
        std::array<float, lanes> inverse; ///< in: 1/step of the rounding
        std::array<float, lanes> scale;
        std::array<float, lanes> min;
        std::array<float, lanes> error; ///< +infinity where no pair was found
    };

    /// Solves for each lane's scale and minimum by least squares and sums its error, in ggml's
    /// order.
    template<RangeTries::Error errorKind>
    inline __attribute__((always_inline)) void tryRanges(
        const Group& group, float from, int largestCode, RangeBatch& batch)
    {
        Floats inverse, sumL{}, sumLL{}, sumXL{}, error{};
        std::array<Floats, largestGroup> levels;
        std::memcpy(&inverse, batch.inverse.data(), sizeof(inverse));
        for (int i = 0; i < group.count; ++i) {
            Floats& level = levels[std::size_t(i)];
            const Floats scaled = inverse * (group.x[i] - from);
            nearestLevels(level, scaled, 0, largestCode);
            const Floats wl = group.weight[i] * level;
            sumL += wl;
            sumLL += wl * level;
            sumXL += wl * group.x[i];
        }
        const Floats determinant = group.sumW * sumLL - sumL * sumL;
        Floats scale = (group.sumW * sumXL - group.sumX * sumL) / determinant;
        Floats min = (sumLL * group.sumX - sumL * sumXL) / determinant;
        scale = min > 0 ? sumXL / sumLL : scale;
        min = min > 0 ? Floats{} : min;
        for (int i = 0; i < group.count; ++i) {
            const Floats difference = scale * levels[std::size_t(i)] + min - group.x[i];
            if constexpr (errorKind == RangeTries::Error::Absolute)
                error += group.weight[i] * (difference < 0 ? -difference : difference);
            else
                error += group.weight[i] * (difference * difference);
        }
        error = determinant > 0 ? error : Floats{} + std::numeric_limits<float>::infinity();
        std::memcpy(batch.scale.data(), &scale, sizeof(scale));
        std::memcpy(batch.min.data(), &min, sizeof(min));
        std::memcpy(batch.error.data(), &error, sizeof(error));
    }

    QUANTSCOPE_VECTOR_CLONES
    void trySquareRanges(const Group& group, float from, int largestCode, RangeBatch& batch)
    {
        tryRanges<RangeTries::Error::Square>(group, from, largestCode, batch);
    }

    QUANTSCOPE_VECTOR_CLONES
    void tryAbsoluteRanges(const Group& group, float from, int largestCode, RangeBatch& batch)
    {
        tryRanges<RangeTries::Error::Absolute>(group, from, largestCode, batch);
    }

    /// Rounds to step·code + from with the given 1/step.
    void roundFrom(
        const Group& group, float from, float inverse, int largestCode, std::uint8_t* codes)
    {
        for (int i = 0; i < group.count; ++i) {
            const int code = nearestInt(inverse * (group.x[i] - from));
            codes[i] = std::uint8_t(std::clamp(code, 0, largestCode));
        }
    }

    /// Σ weight·error of scale·code + min.
    float errorOf(const Group& group, float scale, float min, const std::uint8_t* codes,
        RangeTries::Error kind)
    {
        float error = 0;
        for (int i = 0; i < group.count; ++i) {
            const float difference = scale * float(codes[i]) + min - group.x[i];
            error += group.weight[i]
                * (kind == RangeTries::Error::Absolute ? std::fabs(difference)
                                                       : difference * difference);
        }
        return error;
    }

    // ---- the scales of a super-block ----

    /// The 1/scale, of nine near largestCode / largest, whose rounding has the least error.
    float bestPositiveInverse(const Group& group, float largest, int largestCode)
    {
        const auto errorAt = [&](float inverse) {
            const float scale = 1 / inverse;
            float error = 0;
            for (int i = 0; i < group.count; ++i) {
                const int code = std::min(largestCode, nearestInt(inverse * group.x[i]));
                const float difference = group.x[i] - scale * float(code);
                error += group.weight[i] * difference * difference;
            }
            return error;
        };
        float best = float(largestCode) / largest;
        float leastError = errorAt(best);
        for (const int t : { -4, -3, -2, -1, 1, 2, 3, 4 }) {
            const float inverse = (0.1f * float(t) + float(largestCode)) / largest;
            const float error = errorAt(inverse);
            if (error < leastError) {
                leastError = error;
                best = inverse;
            }
        }
        return best;
    }

    /// Moves one code after the other to where the best scale of the others puts it, as long as
    /// that explains more: (Σ w·x·l)² / Σ w·l² grows. `xl` and `ll` are these sums and are kept up.
    void moveSingleCodes(
        const Group& group, int largestCode, float& xl, float& ll, std::uint8_t* codes)
    {
        for (int round = 0; round < 5; ++round) {
            bool moved = false;
            for (int i = 0; i < group.count; ++i) {
                const float w = group.weight[i];
                const float x = group.x[i];
                const float code = float(codes[i]);
                float otherXl = xl - w * x * code;
                float otherLl = ll - w * code * code;
                if (!(otherXl > 0 && otherLl > 0))
                    continue;
                const int next = std::min(largestCode, nearestInt(x * otherLl / otherXl));
                if (next == codes[i])
                    continue;
                otherXl += w * x * float(next);
                otherLl += w * float(next) * float(next);
                if (otherXl * otherXl * ll > xl * xl * otherLl) {
                    codes[i] = std::uint8_t(next);
                    xl = otherXl;
                    ll = otherLl;
                    moved = true;
                }
            }
            if (!moved)
                return;
        }
    }

} // namespace

float sumOfSquares(const float* x, std::size_t count)
{
    float sum = 0;
    for (std::size_t i = 0; i < count; ++i)
        sum += x[i] * x[i];
    return sum;
}

void weighByImportance(
    const float* x, const float* importance, float variance, int count, float* weight)
{
    for (int i = 0; i < count; ++i)
        weight[i] = importance[i] * std::sqrt(variance + x[i] * x[i]);
}

float searchScale(const float* x, const float* weight, int count, int half, std::uint8_t* codes)
{
    const float largest = largestWeight(x, count);
    std::fill_n(codes, count, std::uint8_t(0));
    if (std::fabs(largest) < zeroGroup)
        return 0.0f;
    std::array<float, largestGroup> squares;
    for (int i = 0; i < count && !weight; ++i)
        squares[std::size_t(i)] = x[i] * x[i];
    ScaleSums sums;
    for (std::size_t t = 0; t < scaleTries.size(); ++t)
        sums.inverse[t] = -(float(half) + 0.1f * float(scaleTries[t])) / largest;
    sumScaleTries(x, weight ? weight : squares.data(), count, half, sums);

    std::size_t chosen = 0;
    float scale = sums.ll[0] != 0 ? sums.xl[0] / sums.ll[0] : 0.0f;
    float gain = scale * sums.xl[0]; // Σ w·x² less the remaining error
    for (std::size_t t = 1; t < scaleTries.size(); ++t) {
        if (sums.ll[t] > 0 && sums.xl[t] * sums.xl[t] > gain * sums.ll[t]) {
            chosen = t;
            scale = sums.xl[t] / sums.ll[t];
            gain = scale * sums.xl[t];
        }
    }
    for (int i = 0; i < count; ++i) {
        const int level = nearestInt(sums.inverse[chosen] * x[i]);
        codes[i] = std::uint8_t(half + std::clamp(level, -half, half - 1));
    }
    return scale;
}

ScaleMin searchScaleAndMin(const float* x, const float* weight, int count, int largestCode,
    const RangeTries& tries, std::uint8_t* codes)
{
    const auto [lowest, highest] = extremes(x, count);
    if (highest <= lowest) {
        std::fill_n(codes, count, std::uint8_t(0));
        return { 0.0f, -lowest };
    }
    Group group{ x, weight, count, 0, 0 };
    for (int i = 0; i < count; ++i) {
        group.sumW += weight[i];
        group.sumX += weight[i] * x[i];
    }
    const auto evaluate
        = tries.error == RangeTries::Error::Square ? trySquareRanges : tryAbsoluteRanges;
    float from = lowest; // the minimum that the best pair so far starts its grid at
    const float plain = float(largestCode) / (highest - lowest);
    float scale = 1 / plain;
    roundFrom(group, from, plain, largestCode, codes);
    float best = errorOf(group, scale, from, codes, tries.error);
    for (int next = 0; next <= tries.steps;) {
        RangeBatch batch;
        for (int t = 0; t < lanes; ++t)
            batch.inverse[std::size_t(t)]
                = (tries.first + tries.stride * float(next + t) + float(largestCode))
                / (highest - from);
        evaluate(group, from, largestCode, batch);
        const int used = std::min(lanes, tries.steps + 1 - next);
        const auto end = batch.error.begin() + used;
        const auto better
            = std::find_if(batch.error.begin(), end, [&](float e) { return e < best; });
        next += int(better - batch.error.begin());
        if (better == end)
            continue;
        // The tries after an improvement start from its minimum: they are computed anew.
        const auto lane = std::size_t(better - batch.error.begin());
        roundFrom(group, from, batch.inverse[lane], largestCode, codes);
        best = batch.error[lane];
        scale = batch.scale[lane];
        from = batch.min[lane];
        ++next;
    }
    return { scale, -from };
}

float searchPositiveScale(
    const float* x, const float* weight, int count, int largestCode, std::uint8_t* codes)
{
    float largest = 0;
    for (int i = 0; i < count; ++i)
        largest = std::max(largest, x[i]);
    std::fill_n(codes, count, std::uint8_t(0));
    if (largest < zeroGroup)
        return 0.0f;
    const float inverse = bestPositiveInverse({ x, weight, count, 0, 0 }, largest, largestCode);
    float xl = 0;
    float ll = 0;
    for (int i = 0; i < count; ++i) {
        codes[i] = std::uint8_t(std::min(largestCode, nearestInt(inverse * x[i])));
        xl += weight[i] * x[i] * float(codes[i]);
        ll += weight[i] * float(codes[i]) * float(codes[i]);
    }
    moveSingleCodes({ x, weight, count, 0, 0 }, largestCode, xl, ll, codes);
    return ll > 0 ? xl / ll : 0.0f;
}

void roundToGrid(const float* x, int count, float step, float offset, int zeroCode, int largestCode,
    std::uint8_t* codes)
{
    for (int i = 0; i < count; ++i) {
        const int level = nearestInt((x[i] - offset) / step);
        codes[i] = std::uint8_t(std::clamp(level, -zeroCode, largestCode - zeroCode) + zeroCode);
    }
}

} // namespace core::formats
