// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizer/piecenormalizer.h"
#include "core/tokenizer/pretokenizer.h"
#include "core/tokenizer/pretokenizersets.h"
#include "core/tokenizer/spacedwords.h"
#include "core/tokenizer/textpipeline.h"
#include "core/tokenizer/vocabulary.h"

#include <memory>
#include <string_view>

namespace core {

/// llama.cpp's way for byte-pair encoding: user-defined tokens are taken out, the rest is cut by
/// the expressions of a pre-tokenizer.
class BpePipeline : public TextPipeline {
public:
    BpePipeline(std::shared_ptr<const Vocabulary> vocabulary, const PretokenizerSet& set);
    void run(std::string_view text, Sink& sink) const override;

private:
    std::shared_ptr<const Vocabulary> m_vocabulary;
    const PretokenizerSet& m_set;
    Pretokenizer m_pretokenizer;
    SpacedWords m_spacedWords; ///< used where spaces are ▁
};

/// llama.cpp's way for SentencePiece: user-defined tokens are taken out, the rest is normalized.
class PiecePipeline : public TextPipeline {
public:
    enum class Prefix { AfterTokens, Always }; ///< which stretches of text get a space in front
    enum class Words { Spaced, Whole }; ///< whether a text may be cut where no token goes on

    PiecePipeline(std::shared_ptr<const Vocabulary> vocabulary, PieceNormalizer normalizer,
        Prefix prefix, Words words);
    void run(std::string_view text, Sink& sink) const override;

private:
    std::shared_ptr<const Vocabulary> m_vocabulary;
    PieceNormalizer m_normalizer;
    PieceNormalizer m_withoutPrefix;
    Prefix m_prefix;
    Words m_words;
    SpacedWords m_spacedWords;
};

} // namespace core
