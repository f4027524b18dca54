// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/stats/tensorstats.h"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace core {

// The statistics of all weights of a model as bytes, for the shelf. Little-endian, in this order:
//   u32 version, u32 tensors, each: moments (3 u64, 6 f64); histogram (2 f64, u32 bins, u64 each);
//       u64 rows, u64 columns; f32 inputAbsmax (columns), f32 outputAbsmax (rows); i64 row and
//       i64 column of the first weight that is not finite

/// In the order of the checkpoint's tensors.
std::vector<std::byte> weightStatsToBytes(std::span<const TensorStats> stats);

/// Throws Error naming `place` if `bytes` are not what weightStatsToBytes writes, or not of the
/// shapes of the checkpoint's tensors.
std::vector<TensorStats> weightStatsFromBytes(
    std::span<const std::byte> bytes, const Checkpoint& checkpoint, const std::string& place);

} // namespace core
