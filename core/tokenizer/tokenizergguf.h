// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizer/piecemodel.h"
#include "core/tokenizer/tokenizer.h"

#include <memory>
#include <string>

namespace core {

/// What a tokenizer.model computes, whose ids and special tokens are those of `metadata`
/// (pieceMetadata): as llama.cpp does it for them, but with the model's own normalizer. Throws
/// Error naming `place`.
std::shared_ptr<const Tokenizer> tokenizerFromPieces(
    const PieceModel& model, const GgufMetadata& metadata, const std::string& place);

} // namespace core
