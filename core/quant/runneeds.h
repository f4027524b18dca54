// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/plan.h"

#include <cstdint>
#include <span>

namespace core {

// What is known of a run before anything is rounded: for the command line and the window alike.
// All are pure and quick enough for every keystroke; none throws.

/// Whether an importance matrix is given instead of our own statistics.
enum class Imatrix { None, Given };

/// Whether rounding as planned needs a calibration text.
bool needsText(std::span<const PlannedTensor> plan, Imatrix imatrix);

/// Bytes of all tensors as planned; of a file, without its metadata.
std::uint64_t plannedBytes(const Checkpoint& checkpoint, std::span<const PlannedTensor> plan);
/// Of those that are rounded: what a run keeps on the disk until it is exported.
std::uint64_t roundedBytes(const Checkpoint& checkpoint, std::span<const PlannedTensor> plan);

/// Bits of all tensors over the number of weights.
double bitsPerWeight(const Checkpoint& checkpoint, std::span<const PlannedTensor> plan);
double bitsPerWeight(const Checkpoint& checkpoint); ///< as it is

} // namespace core
