// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/half.h"
#include "core/base/lanes.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

/// What the decoders share. Their kernels are templates of the vectors' width (core/base/lanes.h).
namespace core::formats {

using namespace lanes;

/// The bytes from `bytes` on, as integers.
template<int width>
QUANTSCOPE_KERNEL Ints<width> bytesFrom(const std::byte* bytes)
{
    return widened<width>(load<Bytes<width>>(bytes));
}

template<int width>
QUANTSCOPE_KERNEL Floats<width> toFloats(const Ints<width>& values)
{
    return __builtin_convertvector(values, Floats<width>);
}

/// Entries of a table of 16, by codes below 16.
template<int width>
QUANTSCOPE_KERNEL Floats<width> entriesOf(
    const std::array<float, 16>& table, const Ints<width>& codes)
{
    Floats<width> result;
    if constexpr (width == 16) {
        result = __builtin_shuffle(load<Floats<width>>(table.data()), codes);
    } else if constexpr (width == 8) { // a shuffle looks at three bits of a code
        const auto low = __builtin_shuffle(load<Floats<width>>(table.data()), codes);
        const auto high = __builtin_shuffle(load<Floats<width>>(table.data() + 8), codes);
        result = codes < 8 ? low : high;
    } else {
        for (int i = 0; i < width; ++i)
            result[i] = table[std::size_t(codes[i])];
    }
    return result;
}

/// weights[i] = step·table[code i] for 2·count codes: code i < count in the lower, code i + count
/// in the upper half of byte i.
template<int width, int count>
QUANTSCOPE_KERNEL void decodeByTable(
    const std::array<float, 16>& table, const std::byte* nibbles, float step, float* weights)
{
    static_assert(count == 8 || count == 16);
    if constexpr (width == 2 * count) {
        using Two __attribute__((vector_size(16))) = std::uint64_t; // no two stores, one load
        const auto both = load<std::uint64_t>(nibbles);
        const Two codes = Two{ both, both >> 4 } & 0x0f0f0f0f0f0f0f0f;
        const auto all = widened<width>(load<Bytes<width>>(&codes));
        store(step * entriesOf<width>(table, all), weights);
    } else {
        for (int i = 0; i < count; i += width) {
            const Ints<width> codes = bytesFrom<width>(nibbles + i);
            store(step * entriesOf<width>(table, codes & 15), weights + i);
            store(step * entriesOf<width>(table, codes >> 4), weights + i + count);
        }
    }
}

/// Codes i … and 16 + i … of 32 that storeFifthBits and storeNibbles stored.
template<int width>
struct FiveBits {
    Ints<width> low, high;

    QUANTSCOPE_KERNEL FiveBits(const std::byte* fifths, const std::byte* nibbles, std::size_t i)
    {
        std::uint32_t all;
        std::memcpy(&all, fifths, 4);
        Ints<width> bit{}; // bit k in lane k
        for (int k = 0; k < width; ++k)
            bit[k] = 1 << k;
        const Ints<width> codes = bytesFrom<width>(nibbles + i);
        low = (codes & 15) | ((((Ints<width>{} + int(all >> i)) & bit) != 0) & 16);
        high = codes >> 4 | ((((Ints<width>{} + int(all >> (16 + i))) & bit) != 0) & 16);
    }
};

/// The first two binary16 of each of `some` blocks, one after the other, eight blocks in a vector:
/// the copies that GCC 12 makes of a plain loop go through memory in parts and wait for each other.
/// Writes whole vectors: `pairs` has room for a multiple of eight.
QUANTSCOPE_KERNEL void gatherPairs(
    const std::byte* bytes, std::size_t some, std::size_t blockBytes, std::byte* pairs)
{
    using Eight __attribute__((vector_size(32))) = std::uint32_t;
    for (std::size_t b = 0; b < some; b += 8) {
        const auto pair = [&](std::size_t k) __attribute__((always_inline))
        {
            return load<std::uint32_t>(bytes + std::min(b + k, some - 1) * blockBytes);
        };
        store(Eight{ pair(0), pair(1), pair(2), pair(3), pair(4), pair(5), pair(6), pair(7) },
            pairs + 4 * b);
    }
}

/// Calls body(block, the `count` binary16 at its beginning as floats, its number) for all blocks.
template<int count, typename Body>
QUANTSCOPE_KERNEL void forBlocksWithHalves(
    const std::byte* bytes, std::size_t blocks, std::size_t blockBytes, const Body& body)
{
    static_assert(count == 1 || count == 2);
    constexpr std::size_t batch = 16; // blocks whose halves are converted at once
    std::array<std::byte, 2 * batch * count> halves{};
    std::array<float, batch * count> values;
    for (std::size_t first = 0; first < blocks; first += batch) {
        const std::size_t some = std::min(batch, blocks - first);
        if constexpr (count == 2)
            gatherPairs(bytes + first * blockBytes, some, blockBytes, halves.data());
        else
            for (std::size_t b = 0; b < some; ++b)
                std::memcpy(&halves[2 * b], bytes + (first + b) * blockBytes, 2);
        halvesToFloats(halves.data(), batch * count, values.data());
        for (std::size_t b = 0; b < some; ++b)
            body(bytes + (first + b) * blockBytes, &values[count * b], first + b);
    }
}

} // namespace core::formats
