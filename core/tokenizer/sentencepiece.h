// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizer/tokenizer.h"
#include "core/tokenizer/vocabulary.h"

#include <array>

namespace core {

/// SentencePiece's BPE as llama.cpp does it: characters are merged into the token of the highest
/// score, leftmost first, over the whole text; what makes no token falls back to bytes.
class SentencePiece : public Tokenizer {
public:
    /// From tokenizer.ggml.* with model "llama". Throws Error naming `place`.
    SentencePiece(const GgufMetadata& metadata, const std::string& place);

    std::vector<int> encode(std::string_view text) const override;
    std::string piece(int token) const override;
    int size() const override { return m_vocabulary.size(); }
    int bos() const override { return m_bos; }
    int eos() const override { return m_eos; }
    bool addBos() const override { return m_addBos; }
    std::string kind() const override { return "SentencePiece"; }

private:
    void encodeFragment(std::string_view text, std::vector<int>& tokens) const;

    Vocabulary m_vocabulary;
    std::array<int, 256> m_byteTokens; ///< −1: neither a token for this byte nor an unknown token
    bool m_addSpace; ///< before a text, and after a user-defined token
    bool m_addBos;
    int m_bos;
    int m_eos;
};

} // namespace core
