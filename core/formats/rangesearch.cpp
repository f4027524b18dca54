// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/lanes.h"
#include "core/formats/search.h"

#include <algorithm>

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
        Mask<width> isWithin; ///< what Nearest::Bounded can do
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

    /// A scale and a minimum for each group, and Σ weight·error that they leave.
    template<int width>
    struct Candidate {
        Floats<width> scale;
        Floats<width> min; ///< added: at most 0
        Floats<width> determinant; ///< of the equations that it solves
        Floats<width> error{};
    };

    /// Adds weight i, rounded to levels[i], to the error.
    template<int width, RangeTries::Error kind>
    QUANTSCOPE_KERNEL void addError(
        const RangeLanes<width>& lanes, std::size_t i, Candidate<width>& candidate)
    {
        const Floats<width> difference
            = candidate.scale * lanes.levels[i] + candidate.min - lanes.x(i);
        if constexpr (kind == RangeTries::Error::Absolute)
            candidate.error += lanes.weight(i) * magnitude(difference);
        else
            candidate.error += lanes.weight(i) * (difference * difference);
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
        Candidate<width> whole{ lanes.scale, lanes.min, {} };
        for (std::size_t i = 0; i < lanes.size(); ++i) {
            lanes.levels[i]
                = levelOf<width, nearest>(lanes.inverse * (lanes.x(i) - lanes.lowest), largestCode);
            addError<width, kind>(lanes, i, whole);
        }
        lanes.error = whole.error;
        const Floats<width> beyond = Floats<width>{} + 0x1p22f;
        lanes.isWithin = isLess<width>(lanes.inverse * (lanes.highest - lanes.lowest), beyond);
    }

    /// One rounding of the groups: sums of the equations of least squares, in ggml's order.
    template<int width>
    struct TryLanes {
        Floats<width> inverse;
        Floats<width> sumL{}, sumLL{}, sumXL{};
    };

    /// What try `number` rounds by, and whether that stays within what Nearest::Bounded can do.
    template<int width>
    QUANTSCOPE_KERNEL TryLanes<width> beginTry(
        RangeLanes<width>& lanes, const RangeTries& tries, int number, int largestCode)
    {
        TryLanes<width> next{ (tries.first + tries.stride * float(number) + float(largestCode))
            / (lanes.highest - lanes.min) };
        // No weight is rounded further out than these.
        const Floats<width> reach = larger(magnitude(next.inverse * (lanes.lowest - lanes.min)),
            magnitude(next.inverse * (lanes.highest - lanes.min)));
        const Floats<width> beyond = Floats<width>{} + 0x1p22f;
        lanes.isWithin = bothOf<width>(lanes.isWithin, isLess<width>(reach, beyond));
        return next;
    }

    template<int width, Nearest nearest>
    QUANTSCOPE_KERNEL void addLevel(
        RangeLanes<width>& lanes, std::size_t i, int largestCode, TryLanes<width>& sums)
    {
        const Floats<width> level
            = levelOf<width, nearest>(sums.inverse * (lanes.x(i) - lanes.min), largestCode);
        lanes.levels[i] = level;
        const Floats<width> wl = lanes.weight(i) * level;
        sums.sumL += wl;
        sums.sumLL += wl * level;
        sums.sumXL += wl * lanes.x(i);
    }

    template<int width>
    QUANTSCOPE_KERNEL Candidate<width> solved(
        const RangeLanes<width>& lanes, const TryLanes<width>& sums)
    {
        Candidate<width> best;
        best.determinant = lanes.sumW * sums.sumLL - sums.sumL * sums.sumL;
        best.scale = (lanes.sumW * sums.sumXL - lanes.sumX * sums.sumL) / best.determinant;
        best.min = (sums.sumLL * lanes.sumX - sums.sumL * sums.sumXL) / best.determinant;
        const Floats<width> none{};
        if (const Mask<width> isAbove = isLess<width>(none, best.min); any<width>(isAbove)) {
            best.scale = select<width>(isAbove, sums.sumXL / sums.sumLL, best.scale);
            best.min = select<width>(isAbove, none, best.min);
        }
        return best;
    }

    /// Keeps the candidate in the groups where it is better.
    template<int width>
    QUANTSCOPE_KERNEL void keepBetter(
        const Candidate<width>& candidate, const Floats<width>& inverse, RangeLanes<width>& lanes)
    {
        const Mask<width> isBetter = bothOf<width>(isLess<width>(candidate.error, lanes.error),
            isLess<width>(Floats<width>{}, candidate.determinant));
        lanes.error = select<width>(isBetter, candidate.error, lanes.error);
        lanes.scale = select<width>(isBetter, candidate.scale, lanes.scale);
        lanes.from = select<width>(isBetter, lanes.min, lanes.from);
        lanes.min = select<width>(isBetter, candidate.min, lanes.min);
        lanes.inverse = select<width>(isBetter, inverse, lanes.inverse);
    }

    /// One more try of two vectors of groups: each step of one waits for the one before.
    template<int width, Nearest nearest, RangeTries::Error kind>
    QUANTSCOPE_KERNEL void tryBoth(RangeLanes<width>& a, RangeLanes<width>& b,
        const RangeTries& tries, int number, int largestCode)
    {
        TryLanes<width> sumsOfA = beginTry(a, tries, number, largestCode);
        TryLanes<width> sumsOfB = beginTry(b, tries, number, largestCode);
        for (std::size_t i = 0; i < a.size(); ++i) {
            addLevel<width, nearest>(a, i, largestCode, sumsOfA);
            addLevel<width, nearest>(b, i, largestCode, sumsOfB);
        }
        Candidate<width> ofA = solved(a, sumsOfA);
        Candidate<width> ofB = solved(b, sumsOfB);
        for (std::size_t i = 0; i < a.size(); ++i) {
            addError<width, kind>(a, i, ofA);
            addError<width, kind>(b, i, ofB);
        }
        keepBetter(ofA, sumsOfA.inverse, a);
        keepBetter(ofB, sumsOfB.inverse, b);
    }

    template<int width, Nearest nearest, RangeTries::Error kind>
    QUANTSCOPE_KERNEL void tryOne(
        RangeLanes<width>& lanes, const RangeTries& tries, int number, int largestCode)
    {
        TryLanes<width> sums = beginTry(lanes, tries, number, largestCode);
        for (std::size_t i = 0; i < lanes.size(); ++i)
            addLevel<width, nearest>(lanes, i, largestCode, sums);
        Candidate<width> candidate = solved(lanes, sums);
        for (std::size_t i = 0; i < lanes.size(); ++i)
            addError<width, kind>(lanes, i, candidate);
        keepBetter(candidate, sums.inverse, lanes);
    }

    /// Stores what was found. False, and nothing stored, if a rounding was beyond what
    /// Nearest::Bounded can do.
    template<int width, Nearest nearest>
    QUANTSCOPE_KERNEL bool storeRanges(const RangeLanes<width>& lanes, FoundRanges& found)
    {
        const Mask<width> isRange = isLess<width>(lanes.lowest, lanes.highest);
        if (nearest == Nearest::Bounded && any<width>(Mask<width>(isRange & ~lanes.isWithin)))
            return false;
        const Floats<width> none{};
        const std::size_t first = lanes.first;
        store(select<width>(isRange, lanes.scale, none), &found.scale[first]);
        store(select<width>(isRange, -lanes.min, -lanes.lowest), &found.min[first]);
        store(select<width>(isRange, lanes.from, none), &found.from[first]);
        store(select<width>(isRange, lanes.inverse, none), &found.inverse[first]);
        store(lanes.sumW, &found.weight[first]);
        return true;
    }

    /// Searches one vector of groups. False as storeRanges().
    template<int width, Nearest nearest, RangeTries::Error kind>
    QUANTSCOPE_KERNEL bool searchLanes(const Groups& groups, std::size_t first, int largestCode,
        const RangeTries& tries, FoundRanges& found)
    {
        RangeLanes<width> lanes(groups, first);
        startWithWholeRange<width, nearest, kind>(lanes, largestCode);
        for (int t = 0; t <= tries.steps; ++t)
            tryOne<width, nearest, kind>(lanes, tries, t, largestCode);
        return storeRanges<width, nearest>(lanes, found);
    }

    /// Searches two vectors. False if a rounding of one was beyond what Nearest::Bounded can do.
    template<int width, RangeTries::Error kind>
    QUANTSCOPE_KERNEL bool searchBoth(const Groups& groups, std::size_t first, int largestCode,
        const RangeTries& tries, FoundRanges& found)
    {
        RangeLanes<width> a(groups, first), b(groups, first + width);
        startWithWholeRange<width, Nearest::Bounded, kind>(a, largestCode);
        startWithWholeRange<width, Nearest::Bounded, kind>(b, largestCode);
        for (int t = 0; t <= tries.steps; ++t)
            tryBoth<width, Nearest::Bounded, kind>(a, b, tries, t, largestCode);
        const bool isStored = storeRanges<width, Nearest::Bounded>(a, found);
        return storeRanges<width, Nearest::Bounded>(b, found) && isStored;
    }

    template<RangeTries::Error kind>
    struct Search {
        template<int width>
        static QUANTSCOPE_KERNEL void all(
            const Groups& groups, int largestCode, const RangeTries& tries, FoundRanges& found)
        {
            constexpr std::size_t atOnce = std::min(2 * width, together);
            for (std::size_t first = 0; first < together; first += atOnce) {
                bool isDone = false;
                if constexpr (atOnce > width)
                    isDone = searchBoth<width, kind>(groups, first, largestCode, tries, found);
                else
                    isDone = searchLanes<width, Nearest::Bounded, kind>(
                        groups, first, largestCode, tries, found);
                for (std::size_t any = first; !isDone && any < first + atOnce; any += width)
                    searchLanes<width, Nearest::Any, kind>(groups, any, largestCode, tries, found);
            }
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
