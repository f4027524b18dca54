// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/gguf.h"

#include <filesystem>
#include <optional>
#include <string>

namespace core {

// A GGUF model in pieces, as llama-gguf-split writes it: NAME-00001-of-00003.gguf, … Each piece is
// a GGUF file with the pairs split.no (from 0 on), split.count and split.tensors.count (of all
// pieces). The first has the pairs of the model; it may be without tensors.

/// "NAME-00002-of-00003.gguf", or the same of safetensors, taken apart.
struct PieceName {
    std::string stem; ///< "NAME"
    std::string extension; ///< ".gguf"
    int number = 0; ///< from 1 on
    int count = 0;

    /// The file name of another piece. Requires: 1 ≤ number ≤ count.
    std::string of(int number) const;
};
/// Nothing if it is no such name or its number exceeds its count.
std::optional<PieceName> pieceName(const std::filesystem::path& file);

/// Opens a GGUF file; if it is a piece, all of them as one model, whichever is given. The pairs are
/// the first piece's, those of the splitting left out. Pieces that are missing, and a name with
/// which they cannot be found, are said in GgufFile::missing. Throws Error as readGguf does and for
/// a piece that does not belong to the others.
GgufFile readWholeGguf(const std::filesystem::path& file);

} // namespace core
