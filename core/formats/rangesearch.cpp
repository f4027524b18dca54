// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/lanes.h"
#include "core/formats/search.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace core::formats {

namespace {

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
        loadLanes(inverse, batch.inverse.data());
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
        storeLanes(scale, batch.scale.data());
        storeLanes(min, batch.min.data());
        storeLanes(error, batch.error.data());
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

    /// The best grid of a group so far.
    struct Best {
        float error;
        float scale;
        float min;
        float from; ///< weights were rounded as (x − from)·inverse
        float inverse;
    };

    /// Makes the tries from number `next` on until one is better or a batch is done, and gives
    /// their number. The tries after a better one start from its minimum: they have to be made
    /// anew.
    int improve(const Group& group, const RangeTries& tries, float highest, int largestCode,
        int next, Best& best)
    {
        const float from = best.min;
        RangeBatch batch;
        for (int t = 0; t < lanes; ++t)
            batch.inverse[std::size_t(t)]
                = (tries.first + tries.stride * float(next + t) + float(largestCode))
                / (highest - from);
        if (tries.error == RangeTries::Error::Square)
            trySquareRanges(group, from, largestCode, batch);
        else
            tryAbsoluteRanges(group, from, largestCode, batch);
        const int used = std::min(lanes, tries.steps + 1 - next);
        for (std::size_t t = 0; t < std::size_t(used); ++t) {
            if (batch.error[t] < best.error) {
                best = { batch.error[t], batch.scale[t], batch.min[t], from, batch.inverse[t] };
                return int(t) + 1;
            }
        }
        return used;
    }

} // namespace

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
    const float plain = float(largestCode) / (highest - lowest);
    roundFrom(group, lowest, plain, largestCode, codes);
    Best best{ errorOf(group, 1 / plain, lowest, codes, tries.error), 1 / plain, lowest, lowest,
        plain };
    for (int next = 0; next <= tries.steps;)
        next += improve(group, tries, highest, largestCode, next, best);
    roundFrom(group, best.from, best.inverse, largestCode, codes);
    return { best.scale, -best.min };
}

} // namespace core::formats
