// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/storedtensor.h"

#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace core {

// A safetensors file (format document: huggingface/safetensors, README "Format"):
//   bytes 0–7      N, unsigned 64-bit little-endian: the header's length
//   bytes 8–8+N    JSON: { "name": { "dtype": "BF16", "shape": [r, c],
//                                    "data_offsets": [begin, end] }, …,
//                          "__metadata__": { … } }; offsets count from byte 8+N
//   bytes 8+N–end  the tensors' bytes, little-endian, row-major, without gaps or overlaps

/// The tensors of one safetensors file, in the order of their bytes. Those of a dtype that nothing
/// here decodes (C64, F4, F6 and any that is not known) have no format. Only the header is read.
/// Throws Error (file, place, found, expected) for a file that is something else (named) or not
/// complete (how much there is), a header that is longer than the file or 100 MB or no JSON, a
/// range that overlaps another, leaves a gap, or is not as long as shape × dtype.
std::vector<StoredTensor> readSafetensors(const std::filesystem::path& file);

/// The tensors of several files of one model, and what is not as their index says.
struct ShardedTensors {
    std::vector<StoredTensor> tensors;
    std::vector<std::string> faults; ///< behind "«index»: ": "names the file x, which is not there"
};

/// The tensors of all shards named by a `model.safetensors.index.json` or, of PyTorch files
/// (torchfile.h), a `pytorch_model.bin.index.json`. A shard that is missing and
/// a tensor that lies elsewhere than listed are faults: what they lack may not be needed. Throws
/// Error as above and for a shard outside the index's folder or a tensor that lies in two shards.
ShardedTensors readSafetensorsIndex(const std::filesystem::path& indexFile);

/// The files that an index names. Throws Error as above.
std::set<std::string> shardsOfIndex(const std::filesystem::path& indexFile);

/// The same as readSafetensorsIndex for `shards` of one folder that no index lists. `place` is for
/// messages.
ShardedTensors readShards(
    const std::vector<std::filesystem::path>& shards, const std::string& place);

} // namespace core
