// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/codes.h"

#include <cstring>

namespace core::formats {

void storeNibbles(const std::uint8_t* codes, std::byte* nibbles)
{
    for (int i = 0; i < 16; ++i)
        nibbles[i] = std::byte((codes[i] & 15) | (codes[i + 16] & 15) << 4);
}

void storeFifthBits(const std::uint8_t* codes, std::byte* fifths)
{
    std::uint32_t bits = 0;
    for (int i = 0; i < 32; ++i)
        bits |= std::uint32_t((codes[i] >> 4) & 1) << i;
    std::memcpy(fifths, &bits, 4);
}

std::array<std::uint8_t, 32> loadFiveBits(const std::byte* fifths, const std::byte* nibbles)
{
    std::array<std::uint8_t, 32> codes;
    for (std::size_t i = 0; i < 16; ++i) {
        codes[i] = std::to_integer<std::uint8_t>(nibbles[i]) & 15;
        codes[i + 16] = std::uint8_t(std::to_integer<unsigned>(nibbles[i]) >> 4);
    }
    for (std::size_t k = 0; k < 4; ++k) {
        const auto eight = std::to_integer<unsigned>(fifths[k]);
        for (std::size_t i = 0; i < 8; ++i)
            codes[8 * k + i] |= std::uint8_t((eight >> i & 1) << 4);
    }
    return codes;
}

void storeBitPairs(const std::uint8_t* codes, std::byte* pairs)
{
    for (int half = 0; half < 2; ++half, codes += 128, pairs += 32)
        for (int i = 0; i < 32; ++i)
            pairs[i] = std::byte((codes[i] & 3) | (codes[i + 32] & 3) << 2
                | (codes[i + 64] & 3) << 4 | (codes[i + 96] & 3) << 6);
}

void storeNibbles256(const std::uint8_t* codes, std::byte* nibbles)
{
    for (int quarter = 0; quarter < 4; ++quarter, codes += 64, nibbles += 32)
        for (int i = 0; i < 32; ++i)
            nibbles[i] = std::byte((codes[i] & 15) | (codes[i + 32] & 15) << 4);
}

void storeBitPlane(const std::uint8_t* codes, int bit, std::byte* plane)
{
    for (int i = 0; i < 32; ++i) {
        unsigned eight = 0;
        for (int k = 0; k < 8; ++k)
            eight |= unsigned(codes[32 * k + i] >> bit & 1) << k;
        plane[i] = std::byte(eight);
    }
}

} // namespace core::formats
