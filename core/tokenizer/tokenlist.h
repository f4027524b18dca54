// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/json.h"
#include "core/tokenizer/vocabulary.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace core {

/// The score of tokens that were added to a SentencePiece model, as convert_hf_to_gguf.py gives it.
constexpr float addedScore = -1000;

/// Tokens, types and scores by id as they are gathered from the files of a folder.
class TokenList {
public:
    /// `count` ids without a token; `place` is the file of the next tokens, for messages.
    TokenList(std::size_t count, std::string place);

    /// Throws Error for an id that is none of the list's, or that another token has.
    void set(const Json& id, const std::string& token, TokenType type, float score = 0);
    /// Why set() would throw, without the place; empty: it would not.
    std::string complaint(const Json& id, const std::string& token) const;
    void setType(std::size_t id, TokenType type);
    TokenType type(std::size_t id) const { return TokenType(m_types[id]); }
    int find(const std::string& token) const; ///< −1: there is none

    std::size_t size() const { return m_tokens.size(); }
    /// "[PADn]" where no token was set.
    std::vector<std::string> tokens() const;
    const std::vector<std::int32_t>& types() const { return m_types; }
    const std::vector<float>& scores() const { return m_scores; } ///< −10000 where no token was set

private:
    std::string m_place;
    std::vector<std::string> m_tokens; ///< "" where none was set
    std::vector<std::int32_t> m_types;
    std::vector<float> m_scores;
    std::unordered_map<std::string, int> m_ids;
};

/// Whether convert_hf_to_gguf.py takes the token for a control token although it is not marked so.
bool looksSpecial(std::string_view token);

} // namespace core
