// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>

/// Floats of 8 bits as checkpoints hold them (Micikevicius et al. 2022, "FP8 Formats for Deep
/// Learning"; Open Compute Project: Microscaling Formats 1.0), all 256 of each.
namespace core::formats::float8 {

/// Sign, 4 bits of exponent with bias 7, 3 of mantissa: no infinity, ±NaN at 0x7f and 0xff, largest
/// 448.
extern const std::array<float, 256> e4m3;
/// Sign, 5 bits of exponent with bias 15, 2 of mantissa, with infinities and NaN: the upper half of
/// a binary16.
extern const std::array<float, 256> e5m2;
/// A power of two with exponent e − 127; 255 is NaN.
extern const std::array<float, 256> e8m0;
/// E2M1: ±0, 0.5, 1, 1.5, 2, 3, 4, 6; bit 3 is the sign.
constexpr std::array<float, 16> e2m1{ 0.0f, 0.5f, 1.0f, 1.5f, 2.0f, 3.0f, 4.0f, 6.0f, -0.0f, -0.5f,
    -1.0f, -1.5f, -2.0f, -3.0f, -4.0f, -6.0f };

} // namespace core::formats::float8
