// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/iq4.h"

#include "core/base/lanes.h"
#include "core/formats/iq4lanes.h"
#include "core/formats/search.h"

#include <cmath>

namespace core::formats::iq4 {

using namespace lanes;

namespace {

    /// Σ w·level·x and Σ w·level² of one rounding.
    template<int width>
    struct ScaleSums {
        Floats<width> xl{};
        Floats<width> ll{};
    };

    template<int width>
    QUANTSCOPE_KERNEL ScaleSums<width> sumsOf(
        const Groups& groups, std::size_t first, const Floats<width>& inverse)
    {
        ScaleSums<width> sums;
        for (std::size_t i = 0; i < groupSize; ++i) {
            const auto x = load<Floats<width>>(&groups.x[i][first]);
            const Floats<width> level = levelOf<width>(inverse * x);
            const Floats<width> wl = load<Floats<width>>(&groups.weight[i][first]) * level;
            sums.xl += wl * x;
            sums.ll += wl * level;
        }
        return sums;
    }

    /// The largest weight goes to −127 + (−7 … 7), and first of all to 127.
    template<int width>
    QUANTSCOPE_KERNEL void searchLanes(const Groups& groups, std::size_t first, Sixteen& found)
    {
        Floats<width> largest{};
        for (std::size_t i = 0; i < groupSize; ++i) {
            const auto x = load<Floats<width>>(&groups.x[i][first]);
            largest = magnitude(x) > magnitude(largest) ? x : largest;
        }
        const Floats<width> none{};
        ScaleSums<width> sums = sumsOf<width>(groups, first, 1.0f / (-largest / levels[0]));
        Floats<width> scale = sums.ll > 0 ? sums.xl / sums.ll : none;
        Floats<width> gain = scale * sums.xl; // Σ w·x² less the remaining error
        for (int t = -7; t <= 7; ++t) {
            sums = sumsOf<width>(groups, first, (float(t) + levels[0]) / largest);
            const Mask<width> isBetter = bothOf<width>(
                isLess<width>(none, sums.ll), isLess<width>(gain * sums.ll, sums.xl * sums.xl));
            if (!any<width>(isBetter))
                continue;
            scale = select<width>(isBetter, sums.xl / sums.ll, scale);
            gain = select<width>(isBetter, scale * sums.xl, gain);
        }
        store(magnitude(largest) < zeroGroup ? none : scale, &found[first]);
    }

    template<int width>
    QUANTSCOPE_KERNEL void searchKernel(const Groups& groups, Sixteen& found)
    {
        for (std::size_t first = 0; first < together; first += width)
            searchLanes<width>(groups, first, found);
    }

    template<int width>
    QUANTSCOPE_KERNEL void roundKernel(const float* x, float inverse, std::uint8_t* codes)
    {
        for (int i = 0; i < groupSize; i += width) {
            const Floats<width> scaled = load<Floats<width>>(x + i) * inverse;
            Ints<width> code{};
            for (const float middle : midpoints)
                code += (scaled < middle) + 1; // a true lane is −1
            store(narrowed<width>(code), codes + i);
        }
    }

    QUANTSCOPE_EVERY_WIDTH(
        void search(const Groups& groups, Sixteen& found), searchKernel, (groups, found))
    QUANTSCOPE_EVERY_WIDTH(void roundGroup(const float* x, float inverse, std::uint8_t* codes),
        roundKernel, (x, inverse, codes))

} // namespace

void loadGroups(const Places& x, const Places& importance, const Sixteen& variance, Groups& groups)
{
    groups.size = groupSize;
    loadColumns(x, groupSize, groups.x.data());
    if (importance[0]) {
        loadColumns(importance, groupSize, groups.weight.data());
        weighByImportance(variance, groups);
    } else {
        weighBySquares(groups);
    }
}

Sixteen searchScales(const Groups& groups)
{
    Sixteen found;
    search(groups, found);
    return found;
}

void roundToLevels(const float* x, float inverse, std::uint8_t* codes)
{
    roundGroup(x, inverse, codes);
}

} // namespace core::formats::iq4
