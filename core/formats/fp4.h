// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/decoding.h"

#include <array>
#include <cstddef>
#include <cstdint>

/// What MXFP4 and NVFP4 have in common: weights as E2M1, a float of 4 bits (sign, two bits of
/// exponent, one of mantissa), which knows ±0, 0.5, 1, 1.5, 2, 3, 4 and 6. As in ggml everything
/// here counts in halves, so that levels are integers and steps half of the stored scales.
namespace core::formats::fp4 {

/// The levels, twice the numbers they stand for. A grid's code is an index into them; there is no
/// −0.
constexpr std::array<float, 15> levels{ -12, -8, -6, -4, -3, -2, -1, 0, 1, 2, 3, 4, 6, 8, 12 };

/// Level of each E2M1 number; bit 3 is the sign. Number 8 is −0.
constexpr std::array<float, 16> valueOf{ 0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12 };

/// E2M1 of 2·count weights that decode with `step`: weight i < count in the lower, weight i + count
/// in the upper half of byte i. Each becomes the nearest level, the one nearer to zero halfway; 0
/// for a step of 0. `largest` is the largest |x|. Requires: count 8 or 16.
void encodeGroup(const float* x, int count, float largest, float step, std::byte* nibbles);

/// weights[i] = step·level of what encodeGroup stored.
template<int width, int count>
QUANTSCOPE_KERNEL void decodeGroup(const std::byte* nibbles, float step, float* weights)
{
    decodeByTable<width, count>(valueOf, nibbles, step, weights);
}

/// Stores 2·count grid codes as encodeGroup lays them.
void storeCodes(const std::uint8_t* codes, int count, std::byte* nibbles);

} // namespace core::formats::fp4
