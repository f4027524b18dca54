// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

/// What the formats whose scale is the largest weight of a block have in common (TQ1_0, TQ2_0,
/// Q2_0): a weight becomes −d, 0 or d.
namespace core::formats::ternary {

/// The largest |x| of `count` finite weights: the scale d. Requires: count a multiple of 16.
float largestMagnitude(const float* x, int count);

/// codes[i] = x[i]/d to the nearest of −1, 0, 1, halves away from zero, plus 1. All are 1 where d
/// is 0 or so small that its inverse is infinite, as ggml has it.
/// Requires: count a multiple of 16.
void roundToTernary(const float* x, int count, float d, std::uint8_t* codes);

} // namespace core::formats::ternary
