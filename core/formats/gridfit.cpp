// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/gridfit.h"

#include "core/base/half.h"
#include "core/base/lanes.h"
#include "core/formats/iq4lanes.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

namespace core::formats {

using namespace lanes;

namespace {

    /// One grid for each group of a vector.
    template<int width, bool isIq4>
    struct GridLanes {
        Floats<width> step, offset, inverse;
        float lowest, highest; ///< level

        QUANTSCOPE_KERNEL GridLanes(
            const Floats<width>& step_, const Floats<width>& offset_, const LevelRange& range)
            : step(step_)
            , offset(offset_)
            , lowest(float(range.lowest))
            , highest(float(range.highest))
        {
            const Floats<width> none{};
            inverse = select<width>(isDifferent<width>(step, none), 1.0f / step, none);
        }

        QUANTSCOPE_KERNEL Floats<width> levelOf(const Floats<width>& x) const
        {
            const Floats<width> level = (x - offset) * inverse;
            const Floats<width> none{};
            if constexpr (isIq4)
                return iq4::levelOf<width>(
                    smaller(larger(level, none + iq4::levels[0]), none + iq4::levels[15]));
            else
                return nearestWithin(level, lowest, highest);
        }

        /// w·(x − (step·level + offset))²
        QUANTSCOPE_KERNEL Floats<width> errorOf(
            const Floats<width>& x, const Floats<width>& w, const Floats<width>& level) const
        {
            const Floats<width> difference = x - (step * level + offset);
            return w * (difference * difference);
        }
    };

    template<int width, bool isIq4>
    QUANTSCOPE_KERNEL void fitLanes(const Groups& groups, std::size_t first, const Sixteen& step,
        const Sixteen& offset, const LevelRange& range, GridFit& fit)
    {
        const GridLanes<width, isIq4> grid(
            load<Floats<width>>(&step[first]), load<Floats<width>>(&offset[first]), range);
        Floats<width> error{}, sumL{}, sumLL{}, sumXL{};
        for (std::size_t i = 0; i < std::size_t(groups.size); ++i) {
            const auto x = load<Floats<width>>(&groups.x[i][first]);
            const auto w = load<Floats<width>>(&groups.weight[i][first]);
            const Floats<width> level = grid.levelOf(x);
            const Floats<width> wl = w * level;
            error += grid.errorOf(x, w, level);
            sumL += wl;
            sumLL += wl * level;
            sumXL += wl * x;
        }
        store(error, &fit.error[first]);
        store(sumL, &fit.sumL[first]);
        store(sumLL, &fit.sumLL[first]);
        store(sumXL, &fit.sumXL[first]);
    }

    template<int width>
    QUANTSCOPE_KERNEL void fitKernel(const Groups& groups, const Sixteen& step,
        const Sixteen& offset, const LevelRange& range, GridFit& fit)
    {
        for (std::size_t first = 0; first < together; first += width) {
            if (range.isIq4)
                fitLanes<width, true>(groups, first, step, offset, range, fit);
            else
                fitLanes<width, false>(groups, first, step, offset, range, fit);
        }
    }

    QUANTSCOPE_EVERY_WIDTH(void fitAll(const Groups& groups, const Sixteen& step,
                               const Sixteen& offset, const LevelRange& range, GridFit& fit),
        fitKernel, (groups, step, offset, range, fit))

    /// The codes of a vector of groups on their way to neighbours that fit better, as floats.
    template<int width, bool isIq4>
    struct CodeLanes {
        const Groups& groups;
        std::size_t first;
        const LevelRange& range;
        Floats<width> unit, minUnit;
        Floats<width> startScale, startMin;
        Floats<width> scale, min, error; ///< the best so far

        using Grid = GridLanes<width, isIq4>;

        QUANTSCOPE_KERNEL Grid gridOf(
            const Floats<width>& ofScale, const Floats<width>& ofMin) const
        {
            return { unit * ofScale, -(minUnit * ofMin), range };
        }
        QUANTSCOPE_KERNEL Floats<width> x(std::size_t i) const
        {
            return load<Floats<width>>(&groups.x[i][first]);
        }
        QUANTSCOPE_KERNEL Floats<width> weight(std::size_t i) const
        {
            return load<Floats<width>>(&groups.weight[i][first]);
        }
    };

    /// Codes beside those that a search starts from.
    template<int width>
    struct Neighbour {
        Floats<width> scale, min;
    };

    template<int width, bool isIq4>
    QUANTSCOPE_KERNEL Neighbour<width> neighbourOf(const CodeLanes<width, isIq4>& lanes,
        const StoredScales& bounds, const std::array<int, 2>& move)
    {
        const Floats<width> none{};
        const auto held
            = [&](const Floats<width>& code, int lowest, int highest) __attribute__((always_inline))
        {
            return smaller(larger(code, none + float(lowest)), none + float(highest));
        };
        return { held(lanes.startScale + float(move[0]), bounds.lowestScale, bounds.highestScale),
            held(lanes.startMin + float(move[1]), 0, bounds.highestMin) };
    }

    template<int width, bool isIq4>
    QUANTSCOPE_KERNEL void takeBetter(
        const Neighbour<width>& codes, const Floats<width>& error, CodeLanes<width, isIq4>& lanes)
    {
        const Mask<width> isBetter = isLess<width>(error, lanes.error);
        lanes.scale = select<width>(isBetter, codes.scale, lanes.scale);
        lanes.min = select<width>(isBetter, codes.min, lanes.min);
        lanes.error = select<width>(isBetter, error, lanes.error);
    }

    template<int width, bool isIq4>
    QUANTSCOPE_KERNEL void judgeStart(CodeLanes<width, isIq4>& lanes)
    {
        const auto grid = lanes.gridOf(lanes.startScale, lanes.startMin);
        lanes.error = Floats<width>{};
        for (std::size_t i = 0; i < std::size_t(lanes.groups.size); ++i)
            lanes.error += grid.errorOf(lanes.x(i), lanes.weight(i), grid.levelOf(lanes.x(i)));
    }

    /// Two neighbours at once: each step of one waits for the one before.
    template<int width, bool isIq4>
    QUANTSCOPE_KERNEL void tryNeighbours(
        CodeLanes<width, isIq4>& lanes, const Neighbour<width>& one, const Neighbour<width>& other)
    {
        const auto gridOfOne = lanes.gridOf(one.scale, one.min);
        const auto gridOfOther = lanes.gridOf(other.scale, other.min);
        Floats<width> errorOfOne{}, errorOfOther{};
        for (std::size_t i = 0; i < std::size_t(lanes.groups.size); ++i) {
            const Floats<width> x = lanes.x(i);
            const Floats<width> w = lanes.weight(i);
            errorOfOne += gridOfOne.errorOf(x, w, gridOfOne.levelOf(x));
            errorOfOther += gridOfOther.errorOf(x, w, gridOfOther.levelOf(x));
        }
        takeBetter(one, errorOfOne, lanes);
        takeBetter(other, errorOfOther, lanes);
    }

    using MovePair = std::array<std::array<int, 2>, 2>; ///< of the scale and of the minimum, each
    constexpr std::array<MovePair, 4> allMoves{ MovePair{ { { -1, -1 }, { -1, 0 } } },
        MovePair{ { { -1, 1 }, { 0, -1 } } }, MovePair{ { { 0, 1 }, { 1, -1 } } },
        MovePair{ { { 1, 0 }, { 1, 1 } } } };
    constexpr std::array<MovePair, 1> scaleMoves{ MovePair{ { { -1, 0 }, { 1, 0 } } } };

    template<int width, bool isIq4>
    QUANTSCOPE_KERNEL void moveLanes(const Groups& groups, std::size_t first,
        const LevelRange& range, std::span<const MovePair> moves, StoredScales& stored)
    {
        CodeLanes<width, isIq4> lanes{ groups, first, range,
            load<Floats<width>>(&stored.unit[first]), load<Floats<width>>(&stored.minUnit[first]),
            toFloats<width>(load<Ints<width>>(&stored.scale[first])),
            toFloats<width>(load<Ints<width>>(&stored.min[first])), {}, {}, {} };
        lanes.scale = lanes.startScale;
        lanes.min = lanes.startMin;
        judgeStart(lanes);
        for (const MovePair& pair : moves)
            tryNeighbours(
                lanes, neighbourOf(lanes, stored, pair[0]), neighbourOf(lanes, stored, pair[1]));
        store(__builtin_convertvector(lanes.scale, Ints<width>), &stored.scale[first]);
        store(__builtin_convertvector(lanes.min, Ints<width>), &stored.min[first]);
    }

    template<int width>
    QUANTSCOPE_KERNEL void moveKernel(const Groups& groups, const LevelRange& range,
        std::span<const MovePair> moves, StoredScales& stored)
    {
        for (std::size_t first = 0; first < together; first += width) {
            if (range.isIq4)
                moveLanes<width, true>(groups, first, range, moves, stored);
            else
                moveLanes<width, false>(groups, first, range, moves, stored);
        }
    }

    QUANTSCOPE_EVERY_WIDTH(void moveToNeighbours(const Groups& groups, const LevelRange& range,
                               std::span<const MovePair> moves, StoredScales& stored),
        moveKernel, (groups, range, moves, stored))

    float asHalf(float value) { return halfToFloat(floatToHalf(value)); }

    Sixteen asHalves(const Sixteen& values)
    {
        std::array<std::byte, 2 * together> halves;
        Sixteen rounded;
        floatsToHalves(values.data(), together, halves.data());
        halvesToFloats(halves.data(), together, rounded.data());
        return rounded;
    }

    Sixteen weightedSums(const Groups& groups)
    {
        Sixteen sumX{};
        for (std::size_t i = 0; i < std::size_t(groups.size); ++i)
            for (std::size_t g = 0; g < together; ++g)
                sumX[g] += groups.weight[i][g] * groups.x[i][g];
        return sumX;
    }

    GridFit fitTo(const Groups& groups, const LevelRange& levels, const StoredScales& stored)
    {
        Sixteen step, offset;
        for (std::size_t g = 0; g < together; ++g) {
            step[g] = stored.unit[g] * float(stored.scale[g]);
            offset[g] = -(stored.minUnit[g] * float(stored.min[g]));
        }
        return fitToGrids(groups, step, offset, levels);
    }

    void take(std::size_t g, const GridFit& from, GridFit& to)
    {
        to.error[g] = from.error[g];
        to.sumL[g] = from.sumL[g];
        to.sumLL[g] = from.sumLL[g];
        to.sumXL[g] = from.sumXL[g];
    }

    /// Takes the neighbours of every group's codes that fit better. Gives what fits then.
    GridFit moveCodes(const Groups& groups, const LevelRange& levels, StoredScales& stored)
    {
        const bool hasMins = stored.highestMin > 0;
        moveToNeighbours(groups, levels,
            hasMins ? std::span<const MovePair>(allMoves) : std::span<const MovePair>(scaleMoves),
            stored);
        return fitTo(groups, levels, stored);
    }

    /// Sets the units of the block at `first` to those of least squares for the levels of `fit`.
    void refitUnits(const Sixteen& sumW, const Sixteen& sumX, const GridFit& fit, std::size_t first,
        StoredScales& stored)
    {
        double ss = 0, sm = 0, mm = 0, sx = 0, mx = 0; // of unit·scale·level − minUnit·min
        for (std::size_t g = first; g < first + stored.groupsInBlock; ++g) {
            const double s = stored.scale[g];
            const double m = stored.min[g];
            ss += s * s * double(fit.sumLL[g]);
            sm += s * m * double(fit.sumL[g]);
            mm += m * m * double(sumW[g]);
            sx += s * double(fit.sumXL[g]);
            mx += m * double(sumX[g]);
        }
        const double determinant = ss * mm - sm * sm;
        double unit = ss > 0 ? sx / ss : 0;
        double minUnit = 0;
        if (determinant > 1e-9 * ss * mm && (sm * sx - ss * mx) > 0) {
            unit = (mm * sx - sm * mx) / determinant;
            minUnit = (sm * sx - ss * mx) / determinant;
        }
        std::fill_n(stored.unit.begin() + first, stored.groupsInBlock, asHalf(float(unit)));
        std::fill_n(stored.minUnit.begin() + first, stored.groupsInBlock, asHalf(float(minUnit)));
    }

    double errorOfBlock(const GridFit& fit, std::size_t first, std::size_t count)
    {
        double error = 0;
        for (std::size_t g = first; g < first + count; ++g)
            error += double(fit.error[g]);
        return error;
    }

} // namespace

GridFit fitToGrids(
    const Groups& groups, const Sixteen& step, const Sixteen& offset, const LevelRange& levels)
{
    GridFit fit;
    fitAll(groups, step, offset, levels, fit);
    return fit;
}

void refineScales(const Groups& groups, const LevelRange& levels, StoredScales& stored)
{
    const Sixteen sumW = sums(groups.weight.data(), groups.size);
    const Sixteen sumX = weightedSums(groups);
    const std::size_t count = stored.groupsInBlock;
    GridFit fit = moveCodes(groups, levels, stored);
    const int rounds = stored.highestMin > 0 ? 2 : 1; // one unit alone is soon found
    for (int round = 0; round < rounds; ++round) {
        StoredScales tried = stored;
        for (std::size_t first = 0; first < together; first += count)
            refitUnits(sumW, sumX, fit, first, tried);
        const GridFit found
            = round + 1 < rounds ? moveCodes(groups, levels, tried) : fitTo(groups, levels, tried);
        for (std::size_t first = 0; first < together; first += count) {
            if (!(errorOfBlock(found, first, count) < errorOfBlock(fit, first, count)))
                continue;
            for (std::size_t g = first; g < first + count; ++g) {
                take(g, found, fit);
                stored.unit[g] = tried.unit[g];
                stored.minUnit[g] = tried.minUnit[g];
                stored.scale[g] = tried.scale[g];
                stored.min[g] = tried.min[g];
            }
        }
    }
}

Sixteen refineSteps(const Groups& groups, const LevelRange& levels, const Sixteen& step)
{
    Sixteen best{};
    Sixteen tried = asHalves(step);
    Sixteen error;
    error.fill(std::numeric_limits<float>::infinity());
    for (int round = 0; round < 3; ++round) {
        const GridFit fit = fitToGrids(groups, tried, {}, levels);
        for (std::size_t g = 0; g < together; ++g) {
            if (fit.error[g] < error[g]) {
                error[g] = fit.error[g];
                best[g] = tried[g];
            }
            tried[g] = fit.sumLL[g] > 0 ? fit.sumXL[g] / fit.sumLL[g] : 0.0f;
        }
        tried = asHalves(tried);
    }
    return best;
}

StepOffsets refineStepsAndOffsets(
    const Groups& groups, const LevelRange& levels, const Sixteen& step, const Sixteen& offset)
{
    const Sixteen sumW = sums(groups.weight.data(), groups.size);
    const Sixteen sumX = weightedSums(groups);
    StepOffsets best{};
    best.error.fill(std::numeric_limits<float>::infinity());
    Sixteen d = asHalves(step);
    Sixteen m = asHalves(offset);
    for (int round = 0; round < 4; ++round) {
        const GridFit fit = fitToGrids(groups, d, m, levels);
        for (std::size_t g = 0; g < together; ++g) {
            if (fit.error[g] < best.error[g]) {
                best.error[g] = fit.error[g];
                best.step[g] = d[g];
                best.offset[g] = m[g];
            }
            const float determinant = sumW[g] * fit.sumLL[g] - fit.sumL[g] * fit.sumL[g];
            if (!(determinant > 0))
                continue;
            d[g] = (sumW[g] * fit.sumXL[g] - sumX[g] * fit.sumL[g]) / determinant;
            m[g] = (fit.sumLL[g] * sumX[g] - fit.sumL[g] * fit.sumXL[g]) / determinant;
        }
        d = asHalves(d);
        m = asHalves(m);
    }
    return best;
}

} // namespace core::formats
