// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

/// How the codes of a block are laid into its bytes: what more than one format does alike.
/// Bits of a code beyond those that are stored are ignored.
namespace core::formats {

/// Bits 0–3 of 32 codes into 16 bytes: code i < 16 in the lower, code i + 16 in the upper half of
/// byte i.
void storeNibbles(const std::uint8_t* codes, std::byte* nibbles);

/// Bit 4 of 32 codes into 4 bytes, little-endian: code i in bit i.
void storeFifthBits(const std::uint8_t* codes, std::byte* fifths);

/// The 32 codes that storeFifthBits and storeNibbles stored.
std::array<std::uint8_t, 32> loadFiveBits(const std::byte* fifths, const std::byte* nibbles);

/// Bits 0–1 of 256 codes into 64 bytes: code 128·h + 32·k + i in bits 2·k and 2·k + 1 of byte
/// 32·h + i.
void storeBitPairs(const std::uint8_t* codes, std::byte* pairs);

/// Bits 0–3 of 256 codes into 128 bytes: code 64·h + i in the lower, code 64·h + 32 + i in the
/// upper half of byte 32·h + i.
void storeNibbles256(const std::uint8_t* codes, std::byte* nibbles);

/// Bit `bit` of 256 codes into 32 bytes: code 32·k + i in bit k of byte i.
void storeBitPlane(const std::uint8_t* codes, int bit, std::byte* plane);

} // namespace core::formats
