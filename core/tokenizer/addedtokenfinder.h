// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizer/tokentrie.h"
#include "core/tokenizer/vocabulary.h"

#include <string>
#include <string_view>
#include <vector>

namespace core {

/// A token of tokenizer.json's added_tokens, found in a text before it is cut.
struct AddedTokenRule {
    std::string content;
    int id = -1;
    bool isSpecial = false; ///< a text that spells it stays text
    bool isNormalized = false; ///< is looked for in the normalized text
    bool stripsLeft = false, stripsRight = false; ///< swallows the white space beside it
    bool isSingleWord = false; ///< not inside a word
};

/// Finds added tokens as the tokenizers library does: leftmost, then longest. Immutable.
class AddedTokenFinder {
public:
    AddedTokenFinder() = default;
    explicit AddedTokenFinder(std::vector<AddedTokenRule> tokens);

    /// The tokens in `text` and the stretches between them, in order.
    std::vector<Fragment> cut(std::string_view text) const;

private:
    const AddedTokenRule* longestAt(std::string_view text) const; ///< null: none begins `text`

    std::vector<AddedTokenRule> m_tokens;
    TokenTrie m_trie; // to indices into m_tokens
};

} // namespace core
