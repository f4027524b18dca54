// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/lanes.h"
#include "core/formats/search.h"

namespace core::formats {

using namespace lanes;

namespace {

    /// Σ w·x·l and Σ w·l² of one rounding: its best scale is xl / ll, its error Σ w·x² − xl² / ll.
    template<int width>
    struct ScaleSums {
        Floats<width> xl{};
        Floats<width> ll{};
    };

    template<int width>
    using ScaleTries = std::array<Floats<width>, 2>; ///< inverses of scales

    /// Two roundings at once: each step of one waits for the one before.
    template<int width>
    QUANTSCOPE_KERNEL std::array<ScaleSums<width>, 2> sumsOf(const Groups& groups,
        std::size_t first, const Floats<width>* wx, const ScaleTries<width>& inverse, int half)
    {
        ScaleSums<width> one, other;
        const auto add = [&](const Floats<width>& scaled, std::size_t i, ScaleSums<width>& sums)
            __attribute__((always_inline))
        {
            const Floats<width> level
                = nearestWithin(scaled, float(-half), float(half - 1)); // |x·inverse| < half + 1
            sums.xl += wx[i] * level;
            sums.ll += (load<Floats<width>>(&groups.weight[i][first]) * level) * level;
        };
        for (std::size_t i = 0; i < std::size_t(groups.size); ++i) {
            const auto x = load<Floats<width>>(&groups.x[i][first]);
            add(inverse[0] * x, i, one);
            add(inverse[1] * x, i, other);
        }
        return { one, other };
    }

    template<int width>
    QUANTSCOPE_KERNEL void searchLanes(
        const Groups& groups, std::size_t first, int half, FoundScales& found)
    {
        std::array<Floats<width>, largestGroup> wx;
        Floats<width> largest{};
        for (std::size_t i = 0; i < std::size_t(groups.size); ++i) {
            const auto x = load<Floats<width>>(&groups.x[i][first]);
            largest = magnitude(x) > magnitude(largest) ? x : largest;
            wx[i] = load<Floats<width>>(&groups.weight[i][first]) * x;
        }
        const Floats<width> none{};
        Floats<width> bestInverse = -float(half) / largest;
        const ScaleSums<width> plain
            = sumsOf<width>(groups, first, wx.data(), { bestInverse, bestInverse }, half)[0];
        Floats<width> scale = plain.ll != 0 ? plain.xl / plain.ll : none;
        Floats<width> gain = scale * plain.xl; // Σ w·x² less the remaining error
        for (int t = -9; t <= 9; t += t == -1 ? 3 : 2) {
            const int next = t == -1 ? 1 : t + 1; // 0 was plain
            const ScaleTries<width> inverse{ -(float(half) + 0.1f * float(t)) / largest,
                -(float(half) + 0.1f * float(next)) / largest };
            const auto sums = sumsOf<width>(groups, first, wx.data(), inverse, half);
            for (std::size_t k = 0; k < 2; ++k) {
                const Mask<width> isBetter = bothOf<width>(isLess<width>(none, sums[k].ll),
                    isLess<width>(gain * sums[k].ll, sums[k].xl * sums[k].xl));
                scale = select<width>(isBetter, sums[k].xl / sums[k].ll, scale);
                gain = select<width>(isBetter, scale * sums[k].xl, gain);
                bestInverse = select<width>(isBetter, inverse[k], bestInverse);
            }
        }
        const Mask<width> isZero = isLess<width>(magnitude(largest), none + zeroGroup);
        store(select<width>(isZero, none, scale), &found.scale[first]);
        store(select<width>(isZero, none, bestInverse), &found.inverse[first]);
    }

    template<int width>
    QUANTSCOPE_KERNEL void searchKernel(const Groups& groups, int half, FoundScales& found)
    {
        for (std::size_t first = 0; first < together; first += width)
            searchLanes<width>(groups, first, half, found);
    }

    QUANTSCOPE_EVERY_WIDTH(void search(const Groups& groups, int half, FoundScales& found),
        searchKernel, (groups, half, found))

} // namespace

FoundScales searchScales(const Groups& groups, int half)
{
    FoundScales found;
    search(groups, half, found);
    return found;
}

} // namespace core::formats
