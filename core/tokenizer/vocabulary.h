// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/gguf.h"
#include "core/tokenizer/tokentrie.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace core {

/// What kind of token one is; the numbers are GGUF's (`tokenizer.ggml.token_type`).
enum class TokenType : std::int32_t { Normal = 1, Unknown, Control, UserDefined, Unused, Byte };

/// A stretch of text without user-defined tokens, or one such token.
struct Fragment {
    int token = -1; ///< −1: `text` is still to be tokenized
    std::string_view text;
};

/// The tokens of a GGUF as llama.cpp sees them after loading (llama.cpp, src/llama-vocab.cpp).
class Vocabulary {
public:
    /// Reads tokenizer.ggml.tokens, .token_type and .scores. Throws Error naming `place`: a key
    /// that is missing, of another type or too short; a type outside 1–6; a score that is no
    /// number; two tokens with the same text.
    Vocabulary(const GgufMetadata& metadata, const std::string& place);
    Vocabulary(const Vocabulary&) = delete;
    Vocabulary& operator=(const Vocabulary&) = delete;

    int size() const { return int(m_tokens.size()); }
    const std::string& token(int id) const { return m_tokens[std::size_t(id)]; }
    TokenType type(int id) const { return m_types[std::size_t(id)]; }
    /// What the file says, where llama.cpp makes a control token of it later.
    TokenType typeInFile(int id) const { return m_typesInFile[std::size_t(id)]; }
    float score(int id) const { return m_scores[std::size_t(id)]; } ///< 0 where the file has none
    int find(std::string_view token) const; ///< −1: there is none

    /// The value of `tokenizer.ggml.`«key» if it is a token of the vocabulary, `fallback`
    /// otherwise.
    int specialToken(const GgufMetadata& metadata, std::string_view key, int fallback) const;

    /// Cuts the user-defined tokens out of `text`, longest first. Control tokens stay text.
    std::vector<Fragment> cutUserDefined(std::string_view text) const;

private:
    void overrideTypes();
    std::vector<int> userDefinedIn(std::string_view text) const; ///< longest first

    std::vector<std::string> m_tokens;
    std::vector<TokenType> m_types, m_typesInFile;
    std::vector<float> m_scores;
    std::unordered_map<std::string_view, int> m_ids; // into m_tokens
    std::vector<int> m_userDefined; // longest first
    TokenTrie m_finder; // of their texts, to indices into m_userDefined
    std::vector<bool> m_stripsRight; // by id: swallows the spaces after it; empty: none does
};

/// metadata[key] as T, or null if absent. Throws Error naming `place` if it has another type;
/// `expected` says which: "an array of strings".
template<typename T>
const T* metadataArray(const GgufMetadata& metadata, std::string_view key, const char* expected,
    const std::string& place);

/// metadata[key] if it is a bool, `fallback` if it is absent or something else.
bool metadataFlag(const GgufMetadata& metadata, std::string_view key, bool fallback);

/// metadata[key] if it is a string, empty if it is absent or something else.
std::string metadataString(const GgufMetadata& metadata, std::string_view key);

} // namespace core
