// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

/// How the codes of a block are laid into its bytes. What more than one format does alike.
namespace core::formats {

/// 32 codes into 16 bytes: code i < 16 in the lower, code i + 16 in the upper half of byte i.
/// Only the lowest four bits of a code are stored.
void storeNibbles(const std::uint8_t* codes, std::byte* nibbles);

/// Bit 4 of 32 codes into 4 bytes, little-endian: code i in bit i.
void storeFifthBits(const std::uint8_t* codes, std::byte* bits);

} // namespace core::formats
