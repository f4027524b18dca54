// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/checkpoint.h"

#include <cstdint>
#include <filesystem>
#include <memory>

namespace core {

/// A file or folder held beside the original that it was made from.
struct ComparedFile {
    std::filesystem::path path;
    std::shared_ptr<const Checkpoint> model;
    std::uint64_t bytes = 0; ///< filesBytes()
};

/// Bytes of the files that the tensors of `model` lie in; where they cannot be asked, of the
/// tensors.
std::uint64_t filesBytes(const Checkpoint& model);

/// Throws Error if `model`, opened at `path`, is another model than `original`: requireSameModel.
ComparedFile comparedFile(const std::filesystem::path& path,
    std::shared_ptr<const Checkpoint> model, const Checkpoint& original);

} // namespace core
