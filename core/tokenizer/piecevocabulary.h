// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizer/tokenizerjson.h"

#include <filesystem>

namespace core {

/// Whether a tokenizer.json is a SentencePiece vocabulary that was converted (Llama 2's kind: BPE
/// that falls back to bytes).
bool fallsBackToBytes(const Json& tokenizer);

/// tokenizer.ggml.model "llama", .tokens, .token_type, .scores, .add_space_prefix and the ids of
/// the special tokens of a tokenizer.model, with the tokens that the other files add. Throws Error
/// naming `file`.
NotedMetadata pieceMetadata(
    const std::filesystem::path& file, const TokenizerFiles& files, int vocabulary);

/// The same of a tokenizer.json that fallsBackToBytes(): a token's score is the rank of the first
/// merge that makes it, so that llama.cpp merges in the same order. Throws Error naming `place`: a
/// normalizer or pre-tokenizer that SentencePiece has none of, damage.
NotedMetadata pieceMetadata(const TokenizerFiles& files, int vocabulary, const std::string& place);

} // namespace core
