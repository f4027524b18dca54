// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/half.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace core::formats {

/// The binary16 at `bytes`, as float.
inline float loadHalf(const std::byte* bytes)
{
    std::uint16_t half;
    std::memcpy(&half, bytes, 2);
    return halfToFloat(half);
}

/// Stores `value` at `bytes` as binary16.
inline void storeHalf(float value, std::byte* bytes)
{
    const std::uint16_t half = floatToHalf(value);
    std::memcpy(bytes, &half, 2);
}

/// A byte as the number it is.
inline unsigned loadByte(const std::byte* bytes) { return std::to_integer<unsigned>(*bytes); }

/// The levels first, first + 1, …: those of a uniform grid.
template<std::size_t count>
constexpr std::array<float, count> consecutiveLevels(int first)
{
    std::array<float, count> levels{};
    for (std::size_t i = 0; i < count; ++i)
        levels[i] = float(first + int(i));
    return levels;
}

/// Encodes a row block by block, without importance: for eachRow of a format whose blocks are
/// independent of each other.
template<void (*encodeBlock)(const float* weights, std::byte* block), int blockSize, int blockBytes>
void encodeBlocks(
    const float* weights, std::size_t columns, const float* /*importance*/, std::byte* bytes)
{
    for (std::size_t i = 0; i < columns; i += blockSize, bytes += blockBytes)
        encodeBlock(weights + i, bytes);
}

} // namespace core::formats
