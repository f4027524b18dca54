// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/gridfit.h"

#include "core/base/half.h"
#include "core/base/lanes.h"
#include "core/formats/iq4lanes.h"

#include <cmath>
#include <limits>

namespace core::formats {

using namespace lanes;

namespace {

    template<int width, bool isIq4>
    QUANTSCOPE_KERNEL void fitLanes(const Groups& groups, std::size_t first, const Sixteen& step,
        const Sixteen& offset, const LevelRange& range, GridFit& fit)
    {
        const auto d = load<Floats<width>>(&step[first]);
        const auto m = load<Floats<width>>(&offset[first]);
        const Floats<width> none{};
        const Floats<width> inverse = select<width>(isDifferent<width>(d, none), 1.0f / d, none);
        Floats<width> error{}, sumL{}, sumLL{}, sumXL{};
        for (std::size_t i = 0; i < std::size_t(groups.size); ++i) {
            const auto x = load<Floats<width>>(&groups.x[i][first]);
            const auto w = load<Floats<width>>(&groups.weight[i][first]);
            Floats<width> level = (x - m) * inverse;
            if constexpr (isIq4)
                level = iq4::levelOf<width>(
                    smaller(larger(level, none + iq4::levels[0]), none + iq4::levels[15]));
            else
                level = nearestWithin(level, float(range.lowest), float(range.highest));
            const Floats<width> difference = x - (d * level + m);
            const Floats<width> wl = w * level;
            error += w * (difference * difference);
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

    /// Tries the neighbours of every group's codes. `fit` is that of `stored`, before and after.
    void moveCodes(
        const Groups& groups, const LevelRange& levels, StoredScales& stored, GridFit& fit)
    {
        const StoredScales start = stored;
        const int reach = stored.highestMin > 0 ? 1 : 0;
        for (int scaleMove = -1; scaleMove <= 1; ++scaleMove) {
            for (int minMove = -reach; minMove <= reach; ++minMove) {
                if (scaleMove == 0 && minMove == 0)
                    continue;
                StoredScales tried = start;
                for (std::size_t g = 0; g < together; ++g) {
                    tried.scale[g] = std::clamp(
                        start.scale[g] + scaleMove, start.lowestScale, start.highestScale);
                    tried.min[g] = std::clamp(start.min[g] + minMove, 0, start.highestMin);
                }
                const GridFit found = fitTo(groups, levels, tried);
                for (std::size_t g = 0; g < together; ++g) {
                    if (!(found.error[g] < fit.error[g]))
                        continue;
                    stored.scale[g] = tried.scale[g];
                    stored.min[g] = tried.min[g];
                    take(g, found, fit);
                }
            }
        }
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
        for (std::size_t g = first; g < first + stored.groupsInBlock; ++g) {
            stored.unit[g] = asHalf(float(unit));
            stored.minUnit[g] = asHalf(float(minUnit));
        }
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
    GridFit fit = fitTo(groups, levels, stored);
    moveCodes(groups, levels, stored, fit);
    const int rounds = stored.highestMin > 0 ? 2 : 1; // one unit alone is soon found
    for (int round = 0; round < rounds; ++round) {
        StoredScales tried = stored;
        for (std::size_t first = 0; first < together; first += count)
            refitUnits(sumW, sumX, fit, first, tried);
        GridFit found = fitTo(groups, levels, tried);
        if (round + 1 < rounds)
            moveCodes(groups, levels, tried, found);
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
