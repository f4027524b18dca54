// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/gguf.h"
#include "core/files/json.h"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace core {

/// The files of a Hugging Face folder that describe its tokenizer; null where one is absent.
struct TokenizerFiles {
    Json tokenizer; ///< tokenizer.json
    Json tokenizerConfig; ///< tokenizer_config.json
    Json config; ///< config.json
    Json generationConfig; ///< generation_config.json
    Json addedTokens; ///< added_tokens.json
    Json specialTokensMap; ///< special_tokens_map.json
};

/// Pairs and what could not be taken over into them, in sentences.
struct NotedMetadata {
    GgufMetadata pairs;
    std::vector<std::string> notes;
};

/// tokenizer.ggml.model, .pre, .tokens, .token_type and .merges of a folder's tokenizer, as
/// convert_hf_to_gguf.py of llama.cpp writes them for byte-level BPE; ids up to `vocabulary`
/// without a token are "[PADn]". Throws Error naming `place`, the tokenizer.json: an id that is no
/// number, taken twice or not below `vocabulary`, merges that are neither strings nor pairs. The
/// same faults in the other files are notes.
NotedMetadata vocabularyMetadata(
    const TokenizerFiles& files, int vocabulary, const std::string& place);

/// The merges of a tokenizer.json's model as "left right". Throws Error naming `place` for what is
/// neither a string nor a pair.
std::vector<std::string> readMerges(const Json& model, const std::string& place);

/// tokenizer.ggml.«bos, eos …»_token_id and .add_«…»_token: of the token that tokenizer_config.json
/// (else special_tokens_map.json) names; where none is named, of the ids in config.json, else
/// generation_config.json. A named token that is none of the vocabulary, and an id that is no
/// token, is left out, not replaced. Gives back what was, in sentences.
std::vector<std::string> addSpecialTokens(
    GgufMetadata& metadata, const TokenizerFiles& files, int vocabulary);

/// object[key], or a null value if `object` is none or lacks it.
const Json& memberOrNull(const Json& object, const char* key);

/// object[key] if it is true or false, `fallback` otherwise.
bool flagOr(const Json& object, const char* key, bool fallback);

/// object[key] if it is a string, `fallback` otherwise.
std::string stringOr(const Json& object, const char* key, const char* fallback);

} // namespace core
