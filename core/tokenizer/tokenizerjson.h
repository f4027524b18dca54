// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/gguf.h"
#include "core/files/json.h"

#include <nlohmann/json.hpp>

#include <optional>
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
};

/// tokenizer.ggml.model, .pre, .tokens, .token_type and .merges of a tokenizer.json, as
/// convert_hf_to_gguf.py of llama.cpp writes them; ids up to `vocabulary` without a token are
/// "[PADn]". Throws Error naming `place`: no BPE on bytes, an id that is no number, taken twice or
/// not below `vocabulary`, merges that are neither strings nor pairs.
GgufMetadata vocabularyMetadata(const Json& tokenizer, int vocabulary, const std::string& place);

/// tokenizer.ggml.«bos, eos …»_token_id and .add_«…»_token: from the token that
/// tokenizer_config.json names, else from the ids in config.json, else generation_config.json. An
/// id that is no token is left out.
void addSpecialTokens(GgufMetadata& metadata, const TokenizerFiles& files, int vocabulary);

/// object[key], or a null value if `object` is none or lacks it.
const Json& memberOrNull(const Json& object, const char* key);


} // namespace core
