// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

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

/// What an error at each of a group's weights costs: importance·√(variance + x²), or x² if
/// `importance` is null.
std::array<float, groupSize> groupWeights(const float* x, const float* importance, float variance);

/// The scale d, of either sign, that minimises Σ weight·(x − d·level)²: 16 roundings near the one
/// that maps the largest weight to an end of the levels. 0 for a group of zeros and where all
/// weights are zero.
float searchScale(const float* x, const float* weight);

/// codes[i] = index of the level nearest to x[i]·inverse, the upper one halfway.
void roundToLevels(const float* x, float inverse, std::uint8_t* codes);

/// weights[i] = step·level of 32 codes that storeNibbles stored.
void decodeGroup(const std::byte* nibbles, float step, float* weights);

} // namespace core::formats::iq4
