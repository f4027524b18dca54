// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/storedtensor.h"

#include <filesystem>
#include <vector>

namespace core {

// A safetensors file (format document: huggingface/safetensors, README "Format"):
//   bytes 0–7      N, unsigned 64-bit little-endian: the header's length
//   bytes 8–8+N    JSON: { "name": { "dtype": "BF16", "shape": [r, c],
//                                    "data_offsets": [begin, end] }, …,
//                          "__metadata__": { … } }; offsets count from byte 8+N
//   bytes 8+N–end  the tensors' bytes, little-endian, row-major, without gaps or overlaps

/// The tensors of one safetensors file, in the order of their bytes.
/// Throws Error (file, place, found, expected) for a header that is longer than the file or 100 MB
/// or no JSON, a dtype that is not F32, F16 or BF16, a range outside the file, one that overlaps
/// another, leaves a gap, or is not as long as shape × dtype.
std::vector<StoredTensor> readSafetensors(const std::filesystem::path& file);

/// The tensors of all shards named by a `model.safetensors.index.json`, each listed where its file
/// has it. Throws Error as above and for a missing shard, a shard outside the index's folder, a
/// tensor that its shard lacks, or one that lies in two shards.
std::vector<StoredTensor> readSafetensorsIndex(const std::filesystem::path& indexFile);

} // namespace core
