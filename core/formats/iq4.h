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
    decodeByTable<width, groupSize / 2>(levels, nibbles, step, weights);
}

} // namespace core::formats::iq4
