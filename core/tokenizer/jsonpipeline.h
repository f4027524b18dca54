// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizer/addedtokenfinder.h"
#include "core/tokenizer/jsonpretokenizer.h"
#include "core/tokenizer/spacedwords.h"
#include "core/tokenizer/textnormalizer.h"
#include "core/tokenizer/textpipeline.h"

#include <optional>
#include <vector>

namespace core {

/// The way of a tokenizer.json, as the tokenizers library goes it: added tokens are taken out, the
/// rest is normalized, normalized added tokens are taken out of that, the rest is cut. Special
/// tokens stay text (its encode_special_tokens).
class JsonPipeline : public TextPipeline {
public:
    /// `words`: words may be cut further there; none: not.
    JsonPipeline(const std::vector<AddedTokenRule>& added, TextNormalizer normalizer,
        JsonPretokenizer pretokenizer, std::optional<SpacedWords> words);

    void run(std::string_view text, Sink& sink) const override;

private:
    void runNormal(std::string_view normal, bool isBeginning, Sink& sink) const;

    AddedTokenFinder m_added;
    AddedTokenFinder m_normalizedAdded;
    TextNormalizer m_normalizer;
    JsonPretokenizer m_pretokenizer;
    std::optional<SpacedWords> m_words;
};

} // namespace core
