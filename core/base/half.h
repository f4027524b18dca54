// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

namespace core {

/// IEEE 754 binary16 and bfloat16 as they lie in files; conversions round to nearest, ties to even,
/// and give the same bits as ggml's for every input, NaN and subnormals included.
float halfToFloat(std::uint16_t half);
std::uint16_t floatToHalf(float value);
float bfloat16ToFloat(std::uint16_t value);
std::uint16_t floatToBfloat16(float value);

/// The same for `count` values of two little-endian bytes each, aligned or not.
void halvesToFloats(const std::byte* bytes, std::size_t count, float* values);
void floatsToHalves(const float* values, std::size_t count, std::byte* bytes);
void bfloat16sToFloats(const std::byte* bytes, std::size_t count, float* values);
void floatsToBfloat16s(const float* values, std::size_t count, std::byte* bytes);

} // namespace core
