// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/pickle.h"
#include "core/formats/format.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// What the pickle of a PyTorch file says of tensors.
namespace core::torchpickle {

/// The numbers of one storage, outside the pickle.
struct Storage {
    std::string_view key; ///< its name in the file
    const Format* format = nullptr; ///< null: bytes, for tensors that say their own, or …
    std::string_view type; ///< … numbers of this class, which nothing here decodes
    std::int64_t count = 0; ///< elements, bytes if there is no format
};

struct TensorEntry {
    std::string name;
    Storage storage;
    const Format* format = nullptr; ///< null: numbers of …
    std::string_view type; ///< … this type, which nothing here decodes
    std::int64_t first = 0; ///< its first element in the storage
    std::vector<std::int64_t> shape;
};

/// Whether a state dictionary may name that function or class.
bool isKnown(std::string_view module, std::string_view name);

/// All tensors of the model in `root`, each name once. `place` is for messages. Throws Error as
/// readTorchFile does.
std::vector<TensorEntry> tensorsIn(const PickleValue& root, const std::string& place);

} // namespace core::torchpickle
