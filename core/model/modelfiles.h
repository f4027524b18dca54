// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/sourcefiles.h"
#include "core/model/tensor.h"

#include <filesystem>
#include <vector>

namespace core {

/// All that makes up the model opened at `path` with `tensors`: the files of its tensors, every
/// part of a split GGUF and, in a folder, what runtimes read of it: configuration, tokenizer, chat
/// template, index and shards.
SourceFiles modelFiles(const std::filesystem::path& path, const std::vector<Tensor>& tensors);

} // namespace core
