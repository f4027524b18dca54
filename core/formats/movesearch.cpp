// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/search.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace core::formats {

namespace {

    /// A group whose weights are rounded to scale·level with levels from `lowest` to `highest`.
    struct Group {
        const float* x;
        const float* weight;
        int count;
        int lowest;
        int highest;
    };

    using Levels = std::array<int, largestGroup>;

    /// Σ weight·(x − level/inverse)² with each weight rounded; levels are held below `highest`
    /// only, for x >= 0.
    float roundingError(const Group& group, float inverse)
    {
        const float scale = 1 / inverse;
        float error = 0;
        for (int i = 0; i < group.count; ++i) {
            const int level = std::min(group.highest, nearestInt(inverse * group.x[i]));
            const float difference = group.x[i] - scale * float(level);
            error += group.weight[i] * difference * difference;
        }
        return error;
    }

    /// The 1/scale, of nine near highest / largest, whose rounding has the least error.
    float bestInverse(const Group& group, float largest)
    {
        float best = float(group.highest) / largest;
        float leastError = roundingError(group, best);
        for (const int t : { -4, -3, -2, -1, 1, 2, 3, 4 }) {
            const float inverse = (0.1f * float(t) + float(group.highest)) / largest;
            const float error = roundingError(group, inverse);
            if (error < leastError) {
                leastError = error;
                best = inverse;
            }
        }
        return best;
    }

    /// What a rounding explains: its best scale is xl / ll, its error Σ w·x² − xl² / ll.
    struct Sums {
        float xl = 0; ///< Σ w·x·level
        float ll = 0; ///< Σ w·level²

        void add(float w, float x, int level)
        {
            xl += w * x * float(level);
            ll += w * float(level) * float(level);
        }

        Sums without(float w, float x, int level) const
        {
            return { xl - w * x * float(level), ll - w * float(level) * float(level) };
        }

        bool explainsMoreThan(const Sums& other) const
        {
            return ll > 0 && xl * xl * other.ll > other.xl * other.xl * ll;
        }
    };

    /// Rounds with the given 1/scale, then moves one level after the other to where the best scale
    /// of the others puts it, as long as that explains more. Gives the best scale.
    float roundAndMove(const Group& group, float inverse, Levels& levels)
    {
        Sums sums;
        for (int i = 0; i < group.count; ++i) {
            levels[i] = std::clamp(nearestInt(inverse * group.x[i]), group.lowest, group.highest);
            sums.add(group.weight[i], group.x[i], levels[i]);
        }
        bool moved = true;
        for (int round = 0; round < 5 && moved; ++round) {
            moved = false;
            for (int i = 0; i < group.count; ++i) {
                Sums others = sums.without(group.weight[i], group.x[i], levels[i]);
                // Grids that begin at zero also want the others to have a size, as in ggml.
                if (!(others.xl > 0) || (group.lowest == 0 && !(others.ll > 0)))
                    continue;
                const int level = std::clamp(
                    nearestInt(group.x[i] * others.ll / others.xl), group.lowest, group.highest);
                if (level == levels[i])
                    continue;
                others.add(group.weight[i], group.x[i], level);
                if (!others.explainsMoreThan(sums))
                    continue;
                levels[i] = level;
                sums = others;
                moved = true;
            }
        }
        return sums.ll > 0 ? sums.xl / sums.ll : 0.0f;
    }

    void storeCodes(const Group& group, const Levels& levels, std::uint8_t* codes)
    {
        for (int i = 0; i < group.count; ++i)
            codes[i] = std::uint8_t(levels[i] - group.lowest);
    }

} // namespace

float searchPositiveScale(
    const float* x, const float* weight, int count, int largestCode, std::uint8_t* codes)
{
    const float largest = std::max(0.0f, *std::max_element(x, x + count));
    if (largest < zeroGroup) {
        std::fill_n(codes, count, std::uint8_t(0));
        return 0.0f;
    }
    const Group group{ x, weight, count, 0, largestCode };
    Levels levels;
    const float scale = roundAndMove(group, bestInverse(group, largest), levels);
    storeCodes(group, levels, codes);
    return scale;
}

float searchScaleByMoves(const float* x, int count, int half, std::uint8_t* codes)
{
    const float largest = largestWeight(x, count);
    if (std::fabs(largest) < zeroGroup) {
        std::fill_n(codes, count, std::uint8_t(0));
        return 0.0f;
    }
    std::array<float, largestGroup> squares;
    for (int i = 0; i < count; ++i)
        squares[i] = x[i] * x[i];
    const Group group{ x, squares.data(), count, -half, half - 1 };
    Levels levels;
    const float scale = roundAndMove(group, -float(half) / largest, levels);
    storeCodes(group, levels, codes);
    return scale;
}

} // namespace core::formats
