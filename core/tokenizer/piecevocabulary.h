// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizer/piecemodel.h"
#include "core/tokenizer/tokenizerjson.h"

#include <string>

namespace core {

/// tokenizer.ggml.model "llama" or "t5", .tokens, .token_type, .scores, .add_space_prefix and the
/// ids of the special tokens of a tokenizer.model, with the tokens that the other files add. Throws
/// Error naming `place`.
NotedMetadata pieceMetadata(
    const PieceModel& model, const TokenizerFiles& files, int vocabulary, const std::string& place);

/// The same of a tokenizer.json whose BPE merges characters: a token's score is the rank of the
/// first merge that makes it, so that llama.cpp merges in the same order. For Gemma 4
/// tokenizer.ggml.model is "gemma4", with .merges. Throws Error naming `place` for damage.
NotedMetadata characterBpeMetadata(
    const TokenizerFiles& files, int vocabulary, const std::string& place);

/// tokenizer.ggml.model "t5" and what llama.cpp's unigram needs of a tokenizer.json of type
/// Unigram. Throws Error naming `place` for damage.
NotedMetadata unigramMetadata(
    const TokenizerFiles& files, int vocabulary, const std::string& place);

} // namespace core
