// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizer/pairmerging.h"
#include "core/tokenizer/vocabulary.h"
#include "core/tokenizer/wordmodel.h"

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace core {

/// What byte-pair encoding does beyond merging.
struct BpeRules {
    /// What a word is made of before anything is merged.
    enum class Alphabet {
        Bytes, ///< GPT-2's: each byte is a character of its own in the vocabulary
        Characters, ///< Unicode's, as they are
    };
    /// Words that are tokens and become them without merging.
    enum class WholeWords { None, Newlines, All };

    Alphabet alphabet = Alphabet::Bytes;
    WholeWords wholeWords = WholeWords::None;
    bool fallsBackToBytes = false; ///< a character without a token becomes <0x0A> …
    int unknown = -1; ///< what else it becomes; −1: nothing
    bool fusesUnknown = false; ///< several in a row become one
};

/// Byte-pair encoding (Sennrich et al., arXiv 1508.07909): pairs are merged in the order of their
/// rank, leftmost first.
class BpeModel : public WordModel {
public:
    /// `merges` are "left right", the rank is the index. Throws Error naming `place`: a merge that
    /// is no pair or names or makes no token.
    BpeModel(std::shared_ptr<const Vocabulary> vocabulary, const std::vector<std::string>& merges,
        const BpeRules& rules, const std::string& place);

    void encode(std::string_view word, std::vector<int>& tokens) const override;

private:
    void readMerges(const std::vector<std::string>& merges, const std::string& place);
    int findWholeWord(std::string_view word) const; ///< −1: it is merged
    std::vector<Symbol> symbolsOf(std::string_view word) const;
    void appendCharacter(
        std::string_view character, bool isAfterUnknown, std::vector<int>& tokens) const;
    bool hasBytes(std::string_view character) const;

    std::shared_ptr<const Vocabulary> m_vocabulary;
    BpeRules m_rules;
    std::array<int, 256> m_byteTokens; ///< −1: no token for this byte
    std::unordered_map<std::uint64_t, Join> m_merges; ///< by left << 32 | right
};

/// The ids of <0x00> … <0xFF>; −1: there is none.
std::array<int, 256> byteFallbackTokens(const Vocabulary& vocabulary);

} // namespace core
