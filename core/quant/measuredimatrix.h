// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/files/imatrix.h"
#include "core/files/shelf.h"
#include "core/model/checkpoint.h"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace core {

/// Which tensors an imatrix is made of: llama.cpp leaves the head out unless it is asked for it.
enum class ImatrixScope { Layers, LayersAndHead };

/// The sums that llama-imatrix makes of the same sequences (tokenSequences), one entry for each
/// matrix of the layers, routers included; of experts, by the tokens that came to each. `dataset`
/// names the text. With a shelf (null: none) they are taken from it where they were measured
/// before, and kept there. Throws Error for a model that is not computed, Cancelled.
ImportanceMatrix measureImatrix(const Checkpoint& checkpoint,
    const std::vector<std::vector<int>>& sequences, const std::string& dataset, ImatrixScope scope,
    const Shelf* shelf, const Progress& progress);

// Sums as bytes, for the shelf. Little-endian, in this order:
//   u32 version, u32 tensors, each: u32 length and bytes of the name, u32 matrices, u32 channels,
//   f32 counts, f32 squares

std::vector<std::byte> imatrixToBytes(const ImportanceMatrix& imatrix);
/// Throws Error naming `place` if `bytes` are not what imatrixToBytes writes.
ImportanceMatrix imatrixFromBytes(std::span<const std::byte> bytes, const std::string& place);

} // namespace core
