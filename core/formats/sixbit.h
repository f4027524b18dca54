// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/decoding.h"
#include "core/formats/format.h"
#include "core/formats/search.h"

/// What Q4_K and Q5_K have in common: super-blocks of 8 groups of 32 weights, each weight
/// d·s·code − dmin·m with 6-bit s and m a group.
///   0–1    scale d of the scales, binary16
///   2–3    scale dmin of the minima, binary16
///   4–7    bits 0–5: s of groups 0–3;  bits 6–7: bits 4–5 of s of groups 4–7
///   8–11   bits 0–5: m of groups 0–3;  bits 6–7: bits 4–5 of m of groups 4–7
///   12–15  bits 0–3: bits 0–3 of s of groups 4–7;  bits 4–7: bits 0–3 of m of groups 4–7
///   16–    the codes, as the format lays them
namespace core::formats::sixbit {

constexpr int blockSize = 256;
constexpr int groups = 8;
constexpr int groupSize = 32;
constexpr int codesAt = 16;

/// step d·s and offset −dmin·m of each group.
BlockScales scales(const std::byte* block);

/// s and m of the groups, a byte each, the first in the lowest.
struct SixBits {
    std::uint64_t scales, mins;
};

inline SixBits sixBits(const std::byte* block)
{
    std::array<std::uint32_t, 3> bits;
    std::memcpy(bits.data(), block + 4, sizeof(bits));
    const auto [scales, mins, low] = bits;
    const auto join = [](std::uint32_t first, std::uint32_t fourBits, std::uint32_t upperTwo) {
        return std::uint64_t(first & 0x3f3f3f3f)
            | std::uint64_t((fourBits & 0x0f0f0f0f) | (upperTwo >> 6 & 0x03030303) << 4) << 32;
    };
    return { join(scales, low, scales), join(mins, low >> 4, mins) };
}

/// The same as scales() inside a decoder's kernel: `units` are d and dmin.
template<int width>
struct KernelScales {
    std::array<float, groups> step, offset;

    QUANTSCOPE_KERNEL KernelScales(const std::byte* block, const float* units)
    {
        constexpr int lanes = std::min(width, groups);
        const SixBits bits = sixBits(block);
        const auto* s = reinterpret_cast<const std::byte*>(&bits.scales);
        const auto* m = reinterpret_cast<const std::byte*>(&bits.mins);
        for (int g = 0; g < groups; g += lanes) {
            store(units[0] * toFloats<lanes>(bytesFrom<lanes>(s + g)), step.data() + g);
            store(-(units[1] * toFloats<lanes>(bytesFrom<lanes>(m + g))), offset.data() + g);
        }
    }
};

/// Encodes rows of super-blocks: the scale and the minimum of each group are searched (plain with
/// `plainTries`, and each weight counting √(mean square) + |x|), rounded to 6 bits, and all codes
/// rounded anew.
void encodeRows(const RowsToEncode& rows, int largestCode, const RangeTries& plainTries,
    int blockBytes, decltype(Grid::storeCodes) storeCodes);

/// The same with a lower error than ggml's (closer.h).
void encodeRowsCloser(const RowsToEncode& rows, int largestCode, int blockBytes,
    decltype(Grid::storeCodes) storeCodes);

} // namespace core::formats::sixbit
