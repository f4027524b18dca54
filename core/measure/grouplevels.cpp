// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/grouplevels.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace core {

namespace {

    std::size_t groupsABlock(const Format& format)
    {
        return std::size_t(format.blockSize / format.grid->groupSize);
    }

    /// The smallest difference of two levels of the grid: 1 where they are consecutive integers.
    double smallestGap(const Grid& grid)
    {
        if (grid.uniform)
            return 1;
        double gap = std::numeric_limits<double>::infinity();
        for (std::size_t i = 1; i < grid.levels.size(); ++i)
            gap = std::min(gap, double(grid.levels[i]) - double(grid.levels[i - 1]));
        return gap;
    }

} // namespace

std::vector<GroupRange> rangesOfRow(const Format& format, std::span<const std::byte> row)
{
    const Grid& grid = *format.grid;
    const double gap = smallestGap(grid);
    const double first = double(grid.levels.front());
    const double last = double(grid.levels.back());
    std::vector<GroupRange> ranges;
    for (std::size_t at = 0; at < row.size(); at += std::size_t(format.blockBytes)) {
        const BlockScales scales = grid.scales(row.data() + at);
        for (std::size_t group = 0; group < groupsABlock(format); ++group) {
            const double step = double(scales.step[group]);
            const double offset = double(scales.offset[group]);
            const auto [low, high] = std::minmax({ step * first + offset, step * last + offset });
            ranges.push_back({ low, high, std::abs(step) * gap });
        }
    }
    return ranges;
}

GroupLevels levelsOfGroup(const Format& format, std::span<const std::byte> row, std::size_t group)
{
    const Grid& grid = *format.grid;
    const std::size_t block = group / groupsABlock(format);
    const std::size_t inBlock = group % groupsABlock(format);
    const BlockScales scales = grid.scales(row.data() + block * std::size_t(format.blockBytes));
    GroupLevels result;
    result.step = std::abs(double(scales.step[inBlock])) * smallestGap(grid);
    for (const float level : grid.levels)
        result.levels.push_back(scales.step[inBlock] * level + scales.offset[inBlock]);
    std::sort(result.levels.begin(), result.levels.end()); // a step may be negative
    return result;
}

} // namespace core
