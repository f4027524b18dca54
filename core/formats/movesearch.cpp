// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/lanes.h"
#include "core/formats/search.h"

namespace core::formats {

using namespace lanes;

namespace {

    /// Groups whose weights are rounded to scale·level with levels from `lowest` to `highest`: the
    /// lanes from `first` on.
    template<int width>
    struct MoveLanes {
        const Groups& groups;
        std::size_t first;
        int lowest;
        int highest;

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

    /// Σ weight·(x − level/inverse)² with each weight rounded; levels are held below `highest`
    /// only, for x >= 0.
    template<int width>
    QUANTSCOPE_KERNEL Floats<width> roundingError(
        const MoveLanes<width>& lanes, const Floats<width>& inverse)
    {
        constexpr int anyLow = -(1 << 22);
        const Floats<width> scale = 1.0f / inverse;
        Floats<width> error{};
        for (std::size_t i = 0; i < lanes.size(); ++i) {
            const Floats<width> x = lanes.x(i);
            const Floats<width> level = nearestOfAny<width>(inverse * x, anyLow, lanes.highest);
            const Floats<width> difference = x - scale * level;
            error += lanes.weight(i) * difference * difference;
        }
        return error;
    }

    /// The 1/scale, of nine near highest / largest, whose rounding has the least error.
    template<int width>
    QUANTSCOPE_KERNEL Floats<width> bestInverse(
        const MoveLanes<width>& lanes, const Floats<width>& largest)
    {
        Floats<width> best = float(lanes.highest) / largest;
        Floats<width> leastError = roundingError(lanes, best);
        for (int t = -4; t <= 4; ++t) {
            if (t == 0)
                continue;
            const Floats<width> inverse = (0.1f * float(t) + float(lanes.highest)) / largest;
            const Floats<width> error = roundingError(lanes, inverse);
            const Mask<width> isBetter = isLess<width>(error, leastError);
            best = select<width>(isBetter, inverse, best);
            leastError = select<width>(isBetter, error, leastError);
        }
        return best;
    }

    /// A rounding: its best scale is xl / ll, its error Σ w·x² − xl² / ll.
    template<int width>
    struct Rounding {
        Floats<width> xl{}; ///< Σ w·x·level
        Floats<width> ll{}; ///< Σ w·level²
        std::array<Floats<width>, largestGroup> levels;
    };

    /// Where the best scale of the others puts one weight.
    template<int width>
    struct Move {
        Floats<width> xl, ll; ///< of the others
        Floats<width> level;
        Mask<width> isMove; ///< it lies elsewhere now
    };

    template<int width>
    QUANTSCOPE_KERNEL Move<width> moveOf(
        const MoveLanes<width>& lanes, const Rounding<width>& r, std::size_t i)
    {
        const Floats<width> x = lanes.x(i);
        const Floats<width> w = lanes.weight(i);
        Move<width> move;
        move.xl = r.xl - w * x * r.levels[i];
        move.ll = r.ll - w * r.levels[i] * r.levels[i];
        move.level = nearestOfAny<width>(x * move.ll / move.xl, lanes.lowest, lanes.highest);
        const Floats<width> none{};
        move.isMove = bothOf<width>(
            isLess<width>(none, move.xl), isDifferent<width>(move.level, r.levels[i]));
        if (lanes.lowest == 0) // then ggml also wants the others to have a size
            move.isMove = bothOf<width>(move.isMove, isLess<width>(none, move.ll));
        return move;
    }

    /// Makes the move in the groups where it explains more.
    template<int width>
    QUANTSCOPE_KERNEL bool make(
        const Move<width>& move, const MoveLanes<width>& lanes, Rounding<width>& r, std::size_t i)
    {
        const Floats<width> xl = move.xl + lanes.weight(i) * lanes.x(i) * move.level;
        const Floats<width> ll = move.ll + lanes.weight(i) * move.level * move.level;
        const Mask<width> isBetter
            = bothOf<width>(bothOf<width>(move.isMove, isLess<width>(Floats<width>{}, ll)),
                isLess<width>(r.xl * r.xl * ll, xl * xl * r.ll));
        r.xl = select<width>(isBetter, xl, r.xl);
        r.ll = select<width>(isBetter, ll, r.ll);
        r.levels[i] = select<width>(isBetter, move.level, r.levels[i]);
        return any<width>(isBetter);
    }

    template<int width>
    QUANTSCOPE_KERNEL void roundAll(
        const MoveLanes<width>& lanes, const Floats<width>& inverse, Rounding<width>& r)
    {
        for (std::size_t i = 0; i < lanes.size(); ++i) {
            const Floats<width> level
                = nearestOfAny<width>(inverse * lanes.x(i), lanes.lowest, lanes.highest);
            r.levels[i] = level;
            r.xl += lanes.weight(i) * lanes.x(i) * level;
            r.ll += lanes.weight(i) * level * level;
        }
    }

    /// Moves one level after the other. Several vectors of groups at once: each step of one waits
    /// for the one before.
    template<int width, std::size_t count>
    QUANTSCOPE_KERNEL void moveAll(
        const std::array<MoveLanes<width>, count>& lanes, std::array<Rounding<width>, count>& r)
    {
        bool hasMoved = true;
        for (int round = 0; round < 5 && hasMoved; ++round) {
            hasMoved = false;
            for (std::size_t i = 0; i < lanes[0].size(); ++i) {
                std::array<Move<width>, count> moves;
                Mask<width> isMove{};
                for (std::size_t k = 0; k < count; ++k) {
                    moves[k] = moveOf(lanes[k], r[k], i);
                    isMove = eitherOf<width>(isMove, moves[k].isMove);
                }
                if (!any<width>(isMove))
                    continue;
                for (std::size_t k = 0; k < count; ++k)
                    hasMoved |= make(moves[k], lanes[k], r[k], i);
            }
        }
    }

    /// Stores what was found, nothing for a group of zeros.
    template<int width>
    QUANTSCOPE_KERNEL void storeFound(const MoveLanes<width>& lanes, const Mask<width>& isZero,
        const Rounding<width>& r, FoundLevels& found)
    {
        const Floats<width> scale = r.ll > 0 ? r.xl / r.ll : Floats<width>{};
        store(select<width>(isZero, Floats<width>{}, scale), &found.scale[lanes.first]);
        const Floats<width> zeros = Floats<width>{} + float(lanes.lowest); // code 0
        for (std::size_t i = 0; i < lanes.size(); ++i)
            store(select<width>(isZero, zeros, r.levels[i]), &found.levels[i][lanes.first]);
    }

    template<int width>
    QUANTSCOPE_KERNEL void positiveKernel(const Groups& groups, int largestCode, FoundLevels& found)
    {
        for (std::size_t first = 0; first < together; first += width) {
            const std::array lanes{ MoveLanes<width>{ groups, first, 0, largestCode } };
            Floats<width> largest{};
            for (std::size_t i = 0; i < lanes[0].size(); ++i)
                largest = larger(lanes[0].x(i), largest);
            std::array<Rounding<width>, 1> rounding;
            roundAll(lanes[0], bestInverse(lanes[0], largest), rounding[0]);
            moveAll(lanes, rounding);
            storeFound<width>(
                lanes[0], isLess<width>(largest, Floats<width>{} + zeroGroup), rounding[0], found);
        }
    }

    template<int width>
    QUANTSCOPE_KERNEL void movesKernel(const Groups* groups, int half, FoundLevels* found)
    {
        for (std::size_t first = 0; first < together; first += width) {
            const auto lanesOf = [&](int k) __attribute__((always_inline))
            {
                return MoveLanes<width>{ groups[k], first, -half, half - 1 };
            };
            const std::array lanes{ lanesOf(0), lanesOf(1), lanesOf(2), lanesOf(3) };
            std::array<Rounding<width>, movedAtOnce> roundings;
            std::array<Mask<width>, movedAtOnce> isZero;
            for (std::size_t k = 0; k < movedAtOnce; ++k) {
                Floats<width> largest{};
                for (std::size_t i = 0; i < lanes[k].size(); ++i) {
                    const Floats<width> x = lanes[k].x(i);
                    largest = magnitude(x) > magnitude(largest) ? x : largest;
                }
                isZero[k] = isLess<width>(magnitude(largest), Floats<width>{} + zeroGroup);
                roundAll(lanes[k], -float(half) / largest, roundings[k]);
            }
            moveAll(lanes, roundings);
            for (std::size_t k = 0; k < movedAtOnce; ++k)
                storeFound<width>(lanes[k], isZero[k], roundings[k], found[k]);
        }
    }

    QUANTSCOPE_EVERY_WIDTH(
        void searchPositive(const Groups& groups, int largestCode, FoundLevels& found),
        positiveKernel, (groups, largestCode, found))
    QUANTSCOPE_EVERY_WIDTH(void searchByMoves(const Groups* groups, int half, FoundLevels* found),
        movesKernel, (groups, half, found))

} // namespace

FoundLevels searchPositiveScales(const Groups& groups, int largestCode)
{
    FoundLevels found;
    searchPositive(groups, largestCode, found);
    return found;
}

void searchScalesByMoves(
    const std::array<Groups, movedAtOnce>& groups, int half, FoundLevels* found)
{
    searchByMoves(groups.data(), half, found);
}

} // namespace core::formats
