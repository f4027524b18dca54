// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/gguf.h"

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

namespace core {

/// One of several files that a model is to be written in (ggufpieces.h says what they hold).
struct GgufPiece {
    GgufMetadata metadata; ///< the model's in the first, and what is said of the splitting
    std::size_t firstTensor = 0;
    std::vector<GgufTensorInfo> tensors; ///< of the model's list, from the first on
    GgufLayout layout; ///< of this file, to the byte
};

/// The pieces of a model whose tensors, padded, take at most `mostBytes` each, as llama-gguf-split
/// cuts: in order, a tensor that is larger by itself. Metadata comes on top. One piece has nothing
/// about splitting: it is an ordinary file. Throws Error as layoutGguf, and for more than 65,535
/// pieces.
std::vector<GgufPiece> splitGguf(const GgufMetadata& metadata,
    const std::vector<GgufTensorInfo>& tensors, std::uint64_t mostBytes);

/// The files of `count` pieces of a model that would be written to `file`:
/// "NAME-00001-of-00003.gguf" beside it, or `file` itself for one.
std::vector<std::filesystem::path> pieceFiles(const std::filesystem::path& file, std::size_t count);

/// Bytes of a size as llama-gguf-split takes it: "300M", "2G", of 10⁶ and 10⁹. Throws Error.
std::uint64_t splitSize(std::string_view text);

} // namespace core
