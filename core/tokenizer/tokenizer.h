// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/gguf.h"
#include "core/files/json.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace core {

/// Text to token ids and back: of a GGUF exactly as llama.cpp does it, of a folder as the
/// tokenizers library does it for its tokenizer.json. Immutable; safe to use from several threads.
class Tokenizer {
public:
    virtual ~Tokenizer() = default;

    /// Without BOS or EOS; text that spells a special token stays text (parse_special = false).
    virtual std::vector<int> encode(std::string_view text) const = 0;
    /// The bytes one token stands for (may be part of a UTF-8 character); control tokens give their
    /// name.
    virtual std::string piece(int token) const = 0;
    virtual int size() const = 0; ///< tokens in the vocabulary
    virtual int bos() const = 0; ///< −1: the model has none
    virtual int eos() const = 0; ///< −1: the model has none
    virtual bool addBos() const = 0; ///< whether a text starts with BOS
    /// For people: "byte-level BPE", "SentencePiece", "BPE", "unigram".
    virtual std::string kind() const = 0;

    std::string decode(const std::vector<int>& tokens) const;
};

/// A tokenizer and the `tokenizer.*` pairs that make llama.cpp build the same one.
struct TokenizerWithMetadata {
    std::shared_ptr<const Tokenizer> tokenizer;
    GgufMetadata metadata;
    std::vector<std::string> notes; ///< what of a folder's files could not be taken, in sentences
};

/// From tokenizer.model (SentencePiece: BPE or unigram), else tokenizer.json (BPE over bytes or
/// characters, or unigram), with tokenizer_config.json, added_tokens.json, special_tokens_map.json
/// and generation/chat files of a Hugging Face folder, merged as transformers merges them;
/// `vocabulary` pads the token list as llama.cpp expects it. `tokenizer.ggml.pre` is found by
/// matching the tokenizer's own pre-tokenizer and normalizer. The notes say where llama.cpp will
/// give other ids for what it finds in the metadata.
/// Throws Error if there is none ("…: no tokenizer.json in …") or its kind is unknown (named).
TokenizerWithMetadata tokenizerFromFolder(
    const std::filesystem::path& folder, const Json& config, int vocabulary);

/// From a GGUF's metadata (tokenizer.ggml.model "gpt2", "gemma4", "llama" or "t5"). Throws Error
/// naming what is unknown.
TokenizerWithMetadata tokenizerFromGguf(const GgufMetadata& metadata, const std::string& place);

} // namespace core
