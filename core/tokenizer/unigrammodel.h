// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizer/tokentrie.h"
#include "core/tokenizer/vocabulary.h"
#include "core/tokenizer/wordmodel.h"

#include <array>
#include <memory>

namespace core {

/// SentencePiece's unigram language model (Kudo, arXiv 1804.10959): the tokens whose scores, the
/// logarithms of their probabilities, have the largest sum.
class UnigramModel : public WordModel {
public:
    enum class Unknown {
        Token, ///< characters without a token become the unknown one, several in a row one
        Bytes, ///< or their bytes, where there are tokens for them
    };

    /// `unknown`: the id of the unknown token.
    UnigramModel(std::shared_ptr<const Vocabulary> vocabulary, int unknown, Unknown rule);

    void encode(std::string_view word, std::vector<int>& tokens) const override;

private:
    struct Best; ///< how a text is best cut that ends at a byte

    std::vector<Best> bestCuts(std::string_view text) const;
    bool appendBytes(std::string_view piece, std::vector<int>& tokens) const;

    std::shared_ptr<const Vocabulary> m_vocabulary;
    TokenTrie m_tokens;
    int m_unknown;
    double m_unknownScore;
    Unknown m_rule;
    std::array<int, 256> m_byteTokens;
};

} // namespace core
