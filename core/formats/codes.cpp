// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/codes.h"

#include <cstring>

namespace core::formats {

void storeNibbles(const std::uint8_t* codes, std::byte* nibbles)
{
    for (int i = 0; i < 16; ++i)
        nibbles[i] = std::byte((codes[i] & 15) | (codes[i + 16] << 4));
}

void storeFifthBits(const std::uint8_t* codes, std::byte* bits)
{
    std::uint32_t fifth = 0;
    for (int i = 0; i < 32; ++i)
        fifth |= std::uint32_t((codes[i] >> 4) & 1) << i;
    std::memcpy(bits, &fifth, 4);
}

} // namespace core::formats
