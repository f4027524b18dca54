// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizer/pretokenizer.h"
#include "core/tokenizer/pretokenizersets.h"
#include "core/tokenizer/tokenizer.h"
#include "core/tokenizer/vocabulary.h"

#include <array>
#include <cstdint>
#include <unordered_map>

namespace core {

/// Byte-level byte-pair encoding: words by Pretokenizer, bytes as GPT-2's characters, pairs merged
/// in the order of their rank, leftmost first.
class ByteBpe : public Tokenizer {
public:
    /// From tokenizer.ggml.* with model "gpt2". Throws Error naming `place`: an unknown
    /// tokenizer.ggml.pre, no merges, a merge that is no pair or names or makes no token.
    ByteBpe(const GgufMetadata& metadata, const std::string& place);

    std::vector<int> encode(std::string_view text) const override;
    std::string piece(int token) const override;
    int size() const override { return m_vocabulary.size(); }
    int bos() const override { return m_bos; }
    int eos() const override { return m_eos; }
    bool addBos() const override { return m_addBos; }
    std::string kind() const override { return "byte-level BPE"; }

private:
    struct Merge {
        int rank;
        int token; ///< what the pair becomes
    };
    class Merger;

    void readMerges(const GgufMetadata& metadata, const std::string& place);
    const Merge* findMerge(int left, int right) const; ///< null: the pair stays
    int findWholeWord(std::string_view word) const; ///< −1: it is merged from its bytes

    Vocabulary m_vocabulary;
    const PretokenizerSet& m_set;
    Pretokenizer m_pretokenizer;
    std::array<int, 256> m_byteTokens; ///< −1: no token for this byte; llama.cpp drops it
    std::unordered_map<std::uint64_t, Merge> m_merges; ///< by left << 32 | right
    bool m_addBos;
    int m_bos;
    int m_eos;
};

} // namespace core
