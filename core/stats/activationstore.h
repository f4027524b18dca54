// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/stats/activationstats.h"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace core {

// Activation statistics as bytes, for the shelf. Little-endian, in this order:
//   u32 version, i32 sequences, i32 length
//   u32 inputs, each: u32 LinearInput, i32 layer; moments (3 u64, 6 f64); histogram (2 f64, u32
//   bins,
//       u64 each); u32 channels, f32 absmax each, f32 meanAbs each, f32 meanSquare each
//   u32 rows and u32 columns of residualAbsmax, f32 each
//   u32 largest, each: i32 depth, i32 channel, f32 value, i32 sequence, i32 position, i32 token

std::vector<std::byte> activationStatsToBytes(const ActivationStats& stats);

/// Throws Error naming `place` if `bytes` are not what activationStatsToBytes writes.
ActivationStats activationStatsFromBytes(
    std::span<const std::byte> bytes, const std::string& place);

} // namespace core
