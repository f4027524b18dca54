// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizer/textpipeline.h"
#include "core/tokenizer/tokenizer.h"
#include "core/tokenizer/vocabulary.h"
#include "core/tokenizer/wordmodel.h"

#include <memory>
#include <string>

namespace core {

/// What a tokenizer is put together from.
struct TokenizerParts {
    /// What stands in a vocabulary for a text's bytes.
    enum class Spelling {
        Bytes, ///< GPT-2's characters for bytes
        Spaces, ///< text with ▁ for a space, and <0x0A> for bytes
    };

    std::shared_ptr<const Vocabulary> vocabulary;
    std::unique_ptr<const TextPipeline> pipeline;
    std::unique_ptr<const WordModel> model;
    Spelling spelling = Spelling::Bytes;
    std::string kind; ///< Tokenizer::kind
    int bos = -1, eos = -1; ///< −1: none
    bool addsBos = false;
};

/// A pipeline that makes words of a text and a model that makes ids of the words.
class PipelineTokenizer : public Tokenizer {
public:
    /// Throws Error naming `place` if a text starts with a BOS that is no token.
    PipelineTokenizer(TokenizerParts parts, const std::string& place);

    std::vector<int> encode(std::string_view text) const override;
    std::string piece(int token) const override;
    int size() const override { return m_parts.vocabulary->size(); }
    int bos() const override { return m_parts.bos; }
    int eos() const override { return m_parts.eos; }
    bool addBos() const override { return m_parts.addsBos; }
    std::string kind() const override { return m_parts.kind; }

private:
    TokenizerParts m_parts;
};

} // namespace core
