// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/lanes.h"
#include "core/formats/iq4.h"

#include <array>
#include <cstddef>

/// Rounding to the levels of IQ4_NL and IQ4_XS, a weight a lane.
namespace core::formats::iq4 {

using namespace lanes;

/// Halfway between levels k and k + 1: what is not below it belongs to k + 1 or higher.
inline constexpr std::array<float, 15> midpoints = [] {
    std::array<float, 15> middle{};
    for (std::size_t k = 0; k < middle.size(); ++k)
        middle[k] = (levels[k] + levels[k + 1]) / 2;
    return middle;
}();

/// Cells so narrow that at most one midpoint lies in each, and 32 of them reach past all that
/// is rounded (−134 … 134). Cell c is around c·cellWidth; entry c & 31 of each table is its.
constexpr float cellWidth = 8.75f;
struct Cells {
    std::array<float, 32> midpoint{};
    std::array<float, 32> below{}; ///< the level under it
    std::array<float, 32> above{};
};

constexpr Cells makeCells()
{
    Cells cells;
    for (int c = -16; c < 16; ++c) {
        const float end = (float(c) + 0.5f) * cellWidth + 0.001f; // a tie may go either way
        std::size_t level = 0;
        while (level < midpoints.size() && midpoints[level] <= end)
            ++level;
        const bool isCut = level > 0 && midpoints[level - 1] >= end - cellWidth - 0.002f;
        const std::size_t entry = std::size_t(c & 31);
        cells.midpoint[entry] = level > 0 ? midpoints[level - 1] : midpoints[0];
        cells.above[entry] = levels[level];
        cells.below[entry] = levels[isCut ? level - 1 : level];
    }
    return cells;
}
inline constexpr Cells cells = makeCells();

/// The level nearest to x. Requires: |x| < 136.
template<int width>
QUANTSCOPE_KERNEL Floats<width> levelOf(const Floats<width>& x)
{
    if constexpr (width == 16) {
        const Floats<width> shifted = x * (1 / cellWidth) + roundingAddend;
        const auto cell = load<Ints<width>>(&shifted); // its lowest five bits count
        const auto lookUp = [&](const std::array<float, 32>& table) __attribute__((always_inline))
        {
            return __builtin_shuffle(
                load<Floats<width>>(table.data()), load<Floats<width>>(table.data() + width), cell);
        };
        return x < lookUp(cells.midpoint) ? lookUp(cells.below) : lookUp(cells.above);
    } else {
        Floats<width> level = Floats<width>{} + levels[0];
        for (std::size_t k = 0; k < midpoints.size(); ++k)
            level += x < midpoints[k] ? Floats<width>{}
                                      : Floats<width>{} + (levels[k + 1] - levels[k]);
        return level;
    }
}

} // namespace core::formats::iq4
