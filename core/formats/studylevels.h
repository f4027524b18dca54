// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/study.h"

/// The levels of the study formats, ascending.
namespace core::formats::study {

/// The levels of a kind with codes of `bits` bits.
std::span<const float> levelsOf(Study::Kind kind, int bits);

/// The byte of an 8-bit float whose value is level `index` of `levels`, and the value of a byte,
/// NaN and infinity included. Sign in bit 7; bytes 0, 1, … are the levels from 0 up.
std::byte byteOfLevel(std::span<const float> levels, std::size_t index);
float valueOfByte(std::span<const float> levels, std::byte byte);

/// Index of the level nearest to `x`, the lower one halfway; the last ones beyond the ends.
std::size_t nearestLevel(std::span<const float> levels, float x);

} // namespace core::formats::study
