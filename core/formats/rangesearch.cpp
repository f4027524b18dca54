// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/lanes.h"
#include "core/formats/search.h"

namespace core::formats {

using namespace lanes;

namespace {

    /// How a weight is brought to a level: the quick way needs |x| < 2²².
    enum class Nearest { Bounded, Any };

    /// The groups of the lanes from `first` on, and the best grid of each so far.
    template<int width>
    struct RangeLanes {
        const Groups& groups;
        std::size_t first;
        Floats<width> lowest; ///< at most 0
        Floats<width> highest;
        Floats<width> sumW;
        Floats<width> sumX; ///< Σ w·x
        Floats<width> error;
        Floats<width> scale;
        Floats<width> min; ///< added: at most 0
        Floats<width> from; ///< weights were rounded as (x − from)·inverse
        Floats<width> inverse;
        std::array<Floats<width>, largestGroup> levels; ///< of the latest rounding

        QUANTSCOPE_KERNEL RangeLanes(const Groups& groups_, std::size_t first_)
            : groups(groups_)
            , first(first_)
        {
        }
        std::size_t size() const { return std::size_t(groups.size); }
        QUANTSCOPE_KERNEL Floats<width> x(std::size_t i) const
        {
            return load<Floats<width>>(&groups.x[i][first]);
        }
        QUANTSCOPE_KERNEL Floats<width> weight(std::size_t i) const
        {
            return load<Floats<width>>(&groups.weight[i][first]);
        }
    };

    template<int width, Nearest nearest>
    QUANTSCOPE_KERNEL Floats<width> levelOf(const Floats<width>& scaled, int largestCode)
    {
        if constexpr (nearest == Nearest::Bounded)
            return nearestWithin(scaled, 0.0f, float(largestCode));
        else
            return nearestOfAny<width>(scaled, 0, largestCode);
    }

    /// Σ weight·error of scale·level + min.
    template<int width, RangeTries::Error kind>
    QUANTSCOPE_KERNEL Floats<width> errorOf(
        const RangeLanes<width>& lanes, const Floats<width>& scale, const Floats<width>& min)
    {
        Floats<width> error{};
        for (std::size_t i = 0; i < lanes.size(); ++i) {
            const Floats<width> difference = scale * lanes.levels[i] + min - lanes.x(i);
            if constexpr (kind == RangeTries::Error::Absolute)
                error += lanes.weight(i) * magnitude(difference);
            else
                error += lanes.weight(i) * (difference * difference);
        }
        return error;
    }

    /// The grid over the whole range, from the lowest weight, or 0, to the highest.
    template<int width, Nearest nearest, RangeTries::Error kind>
    QUANTSCOPE_KERNEL void startWithWholeRange(RangeLanes<width>& lanes, int largestCode)
    {
        lanes.lowest = lanes.highest = lanes.x(0);
        lanes.sumW = lanes.sumX = Floats<width>{};
        for (std::size_t i = 0; i < lanes.size(); ++i) {
            lanes.lowest = smaller(lanes.x(i), lanes.lowest);
            lanes.highest = larger(lanes.x(i), lanes.highest);
            lanes.sumW += lanes.weight(i);
            lanes.sumX += lanes.weight(i) * lanes.x(i);
        }
        lanes.lowest = lanes.lowest > 0 ? Floats<width>{} : lanes.lowest;
        lanes.from = lanes.min = lanes.lowest;
        lanes.inverse = float(largestCode) / (lanes.highest - lanes.lowest);
        lanes.scale = 1.0f / lanes.inverse;
        for (std::size_t i = 0; i < lanes.size(); ++i)
            lanes.levels[i]
                = levelOf<width, nearest>(lanes.inverse * (lanes.x(i) - lanes.lowest), largestCode);
        lanes.error = errorOf<width, kind>(lanes, lanes.scale, lanes.min);
    }

    /// Rounds with one more step, solves for the scale and the minimum by least squares and keeps
    /// them where they are better. Sums add in ggml's order.
    template<int width, Nearest nearest, RangeTries::Error kind>
    QUANTSCOPE_KERNEL void tryRange(
        RangeLanes<width>& lanes, const Floats<width>& inverse, int largestCode)
    {
        const Floats<width> from = lanes.min;
        Floats<width> sumL{}, sumLL{}, sumXL{};
        for (std::size_t i = 0; i < lanes.size(); ++i) {
            const Floats<width> level
                = levelOf<width, nearest>(inverse * (lanes.x(i) - from), largestCode);
            lanes.levels[i] = level;
            const Floats<width> wl = lanes.weight(i) * level;
            sumL += wl;
            sumLL += wl * level;
            sumXL += wl * lanes.x(i);
        }
        const Floats<width> determinant = lanes.sumW * sumLL - sumL * sumL;
        Floats<width> scale = (lanes.sumW * sumXL - lanes.sumX * sumL) / determinant;
        Floats<width> min = (sumLL * lanes.sumX - sumL * sumXL) / determinant;
        const Floats<width> none{};
        if (const Mask<width> isAbove = isLess<width>(none, min); any<width>(isAbove)) {
            scale = select<width>(isAbove, sumXL / sumLL, scale);
            min = select<width>(isAbove, none, min);
        }
        const Floats<width> error = errorOf<width, kind>(lanes, scale, min);
        const Mask<width> isBetter
            = bothOf<width>(isLess<width>(error, lanes.error), isLess<width>(none, determinant));
        lanes.error = select<width>(isBetter, error, lanes.error);
        lanes.scale = select<width>(isBetter, scale, lanes.scale);
        lanes.min = select<width>(isBetter, min, lanes.min);
        lanes.from = select<width>(isBetter, from, lanes.from);
        lanes.inverse = select<width>(isBetter, inverse, lanes.inverse);
    }

    /// Searches one vector of groups. False if a rounding was beyond what `nearest` can do: then
    /// nothing is stored.
    template<int width, Nearest nearest, RangeTries::Error kind>
    QUANTSCOPE_KERNEL bool searchLanes(const Groups& groups, std::size_t first, int largestCode,
        const RangeTries& tries, FoundRanges& found)
    {
        RangeLanes<width> lanes(groups, first);
        startWithWholeRange<width, nearest, kind>(lanes, largestCode);
        const Floats<width> beyond = Floats<width>{} + 0x1p22f;
        const Floats<width> range = lanes.highest - lanes.lowest;
        const Mask<width> isRange = isLess<width>(lanes.lowest, lanes.highest);
        Mask<width> isWithin = isLess<width>(lanes.inverse * range, beyond);
        for (int t = 0; t <= tries.steps; ++t) {
            const Floats<width> inverse
                = (tries.first + tries.stride * float(t) + float(largestCode))
                / (lanes.highest - lanes.min);
            // No weight is rounded further out than these.
            const Floats<width> reach = larger(magnitude(inverse * (lanes.lowest - lanes.min)),
                magnitude(inverse * (lanes.highest - lanes.min)));
            isWithin = bothOf<width>(isWithin, isLess<width>(reach, beyond));
            tryRange<width, nearest, kind>(lanes, inverse, largestCode);
        }
        if (nearest == Nearest::Bounded && any<width>(Mask<width>(isRange & ~isWithin)))
            return false;
        const Floats<width> none{};
        store(select<width>(isRange, lanes.scale, none), &found.scale[first]);
        store(select<width>(isRange, -lanes.min, -lanes.lowest), &found.min[first]);
        store(select<width>(isRange, lanes.from, none), &found.from[first]);
        store(select<width>(isRange, lanes.inverse, none), &found.inverse[first]);
        store(lanes.sumW, &found.weight[first]);
        return true;
    }

    template<RangeTries::Error kind>
    struct Search {
        template<int width>
        static QUANTSCOPE_KERNEL void all(
            const Groups& groups, int largestCode, const RangeTries& tries, FoundRanges& found)
        {
            for (std::size_t first = 0; first < together; first += width)
                if (!searchLanes<width, Nearest::Bounded, kind>(
                        groups, first, largestCode, tries, found))
                    searchLanes<width, Nearest::Any, kind>(
                        groups, first, largestCode, tries, found);
        }
    };

    QUANTSCOPE_EVERY_WIDTH(void searchSquare(const Groups& groups, int largestCode,
                               const RangeTries& tries, FoundRanges& found),
        Search<RangeTries::Error::Square>::all, (groups, largestCode, tries, found))
    QUANTSCOPE_EVERY_WIDTH(void searchAbsolute(const Groups& groups, int largestCode,
                               const RangeTries& tries, FoundRanges& found),
        Search<RangeTries::Error::Absolute>::all, (groups, largestCode, tries, found))

} // namespace

void searchScalesAndMins(
    const Groups& groups, int largestCode, const RangeTries& tries, FoundRanges& found)
{
    if (tries.error == RangeTries::Error::Square)
        searchSquare(groups, largestCode, tries, found);
    else
        searchAbsolute(groups, largestCode, tries, found);
}

} // namespace core::formats
