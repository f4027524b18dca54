// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/storedtensor.h"

#include <cstddef>
#include <filesystem>
#include <span>
#include <vector>

namespace core {

// A file of torch.save (PyTorch: torch/serialization.py). Since 1.6 a zip archive of stored
// entries:
//   NAME/data.pkl      a pickle (pickle.h): dictionaries of tensors; a tensor says its storage,
//                      where it begins in it, shape and strides
//   NAME/data/0, …     the storages, numbers one after the other
//   NAME/byteorder     "little", or absent
// Before 1.6 five pickles one after the other: a magic number, the protocol 1001, facts about the
// computer, the dictionaries, and the names of the storages; then each storage in this order: u64
// number of elements, and these.

/// Whether a file that begins so is one of torch.save: a zip archive with data.pkl, or a pickle.
bool isTorchFile(std::span<const std::byte> bytes);

/// The tensors of a state dictionary as they lie in the file, in its order. No code is run: of the
/// pickle only containers and what makes tensors is understood. In a training checkpoint the model
/// is looked for ("state_dict", "model", …). Throws Error (file, place, found, expected) for
/// damage, a name of anything else in the pickle, tensors that do not lie row by row, and a
/// dictionary without tensors.
std::vector<StoredTensor> readTorchFile(const std::filesystem::path& file);

} // namespace core
