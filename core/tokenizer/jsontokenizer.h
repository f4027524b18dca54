// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizer/tokenizer.h"
#include "core/tokenizer/tokenizerjson.h"

#include <memory>
#include <string>

namespace core {

/// The kinds of tokenizer.json that are computed.
enum class JsonModel {
    ByteBpe, ///< BPE over GPT-2's characters for bytes
    CharacterBpe, ///< BPE over characters: Llama 2's kind, where byte_fallback, or an older one
    Unigram,
};

/// Throws Error naming `place`: another type, or BPE with affixes.
JsonModel jsonModel(const Json& tokenizer, const std::string& place);

/// What the tokenizers library computes for a tokenizer.json, whose ids and special tokens are
/// those of `metadata` (vocabularyMetadata and others). Throws Error naming `place`.
std::shared_ptr<const Tokenizer> tokenizerFromJson(
    const Json& tokenizer, const GgufMetadata& metadata, const std::string& place);

} // namespace core
