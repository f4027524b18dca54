// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizer/vocabulary.h"
#include "core/tokenizer/wordmodel.h"

#include <array>
#include <memory>

namespace core {

/// SentencePiece's BPE as llama.cpp does it: characters are merged into the token of the highest
/// score, leftmost first; what makes no token falls back to bytes.
class ScoreModel : public WordModel {
public:
    /// `unknown`: what a byte without a token becomes; −1: nothing.
    ScoreModel(std::shared_ptr<const Vocabulary> vocabulary, int unknown);

    void encode(std::string_view word, std::vector<int>& tokens) const override;

private:
    std::shared_ptr<const Vocabulary> m_vocabulary;
    std::array<int, 256> m_byteTokens; ///< −1: neither a token for this byte nor an unknown token
};

} // namespace core
