// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/format.h"

#include <algorithm>
#include <cmath>

namespace core {

/// Rows of a matrix that one task rounds: more of a large one, whose factor each task reads anew.
/// Depends on the matrix alone, so that results do not depend on the number of processors.
inline std::ptrdiff_t tileRowsOf(std::ptrdiff_t rows) { return rows >= 2048 ? 256 : 64; }

/// A code and the value it stands for.
struct GridValue {
    std::uint8_t code;
    float value;
};

/// The level of `grid` nearest to `weight` in a group with this step and offset; a step of 0 leaves
/// the level nearest to 0. Pure.
[[gnu::always_inline]] inline GridValue roundToGrid(
    const Grid& grid, float step, float offset, float weight)
{
    const std::span<const float> levels = grid.levels;
    const float target = step != 0.0f ? (weight - offset) / step : 0.0f;
    const auto last = std::ptrdiff_t(levels.size()) - 1;
    std::ptrdiff_t code;
    if (grid.uniform) {
        const float place = std::clamp(target - levels.front(), 0.0f, float(last));
        code = std::ptrdiff_t(place + 0.5f);
    } else {
        code = std::lower_bound(levels.begin(), levels.end(), target) - levels.begin();
        code = std::min(code, last);
        if (code > 0 && target - levels[code - 1] <= levels[code] - target)
            --code;
    }
    return { std::uint8_t(code), step * levels[std::size_t(code)] + offset };
}

} // namespace core
