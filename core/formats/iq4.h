// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/decoding.h"
#include "core/formats/groups.h"

#include <array>
#include <cstddef>
#include <cstdint>

/// What IQ4_NL and IQ4_XS have in common: 16 levels that lie closer near zero, and the search for
/// a group's scale on them.
namespace core::formats::iq4 {

constexpr int groupSize = 32;

/// The levels (kvalues_iq4nl in ggml/src/ggml-common.h).
constexpr std::array<float, 16> levels{ -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53,
    69, 89, 113 };

/// The levels of codes.
template<int width>
QUANTSCOPE_KERNEL Floats<width> levelsOf(const Ints<width>& codes)
{
    Floats<width> result;
    if constexpr (width == 16) {
        result = __builtin_shuffle(load<Floats<width>>(levels.data()), codes);
    } else if constexpr (width == 8) { // a shuffle looks at three bits of a code
        const auto low = __builtin_shuffle(load<Floats<width>>(levels.data()), codes);
        const auto high = __builtin_shuffle(load<Floats<width>>(levels.data() + 8), codes);
        result = codes < 8 ? low : high;
    } else {
        for (int i = 0; i < width; ++i)
            result[i] = levels[std::size_t(codes[i])];
    }
    return result;
}

/// Loads sixteen groups and what their errors count: importance·√(variance + x²), or x² if there
/// is no importance.
void loadGroups(const Places& x, const Places& importance, const Sixteen& variance, Groups& groups);

/// The scale d, of either sign, that minimises Σ weight·(x − d·level)²: 16 roundings near the one
/// that maps the largest weight to an end of the levels. 0 for a group of zeros and where all
/// weights are zero.
Sixteen searchScales(const Groups& groups);

/// codes[i] = index of the level nearest to x[i]·inverse, the upper one halfway, for one group.
void roundToLevels(const float* x, float inverse, std::uint8_t* codes);

/// Decodes 32 codes that storeNibbles stored: weights[i] = step·level.
template<int width>
QUANTSCOPE_KERNEL void decodeGroup(const std::byte* nibbles, float step, float* weights)
{
    for (int i = 0; i < 16; i += width) {
        const Ints<width> codes = bytesFrom<width>(nibbles + i);
        store(step * levelsOf<width>(codes & 15), weights + i);
        store(step * levelsOf<width>(codes >> 4), weights + i + 16);
    }
}

} // namespace core::formats::iq4
