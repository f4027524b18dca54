// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/ggufpipeline.h"

#include "core/files/textfile.h"
#include "core/tokenizer/cleantext.h"
#include "core/tokenizer/spaces.h"

#include <utility>

namespace core {

BpePipeline::BpePipeline(std::shared_ptr<const Vocabulary> vocabulary, const PretokenizerSet& set)
    : m_vocabulary(std::move(vocabulary))
    , m_set(set)
    , m_pretokenizer(set.patterns)
    , m_spacedWords(*m_vocabulary)
{
}

void BpePipeline::run(std::string_view text, Sink& sink) const
{
    for (const Fragment& fragment : m_vocabulary->cutUserDefined(text)) {
        if (fragment.token >= 0) {
            sink.token(fragment.token);
            continue;
        }
        const std::string marked
            = m_set.marksSpaces ? replaceAll(fragment.text, " ", spaceMark) : std::string();
        const CleanText clean(m_set.marksSpaces ? std::string_view(marked) : fragment.text);
        for (const TextSpan& span : m_pretokenizer.split(clean.subject)) {
            const std::string_view word = clean.bytes.substr(span.begin, span.end - span.begin);
            if (m_set.marksSpaces)
                m_spacedWords.forWords(word, [&](std::string_view part) { sink.word(part); });
            else
                sink.word(word);
        }
    }
}

PiecePipeline::PiecePipeline(std::shared_ptr<const Vocabulary> vocabulary,
    PieceNormalizer normalizer, Prefix prefix, Words words)
    : m_vocabulary(std::move(vocabulary))
    , m_normalizer(std::move(normalizer))
    , m_withoutPrefix(m_normalizer)
    , m_prefix(prefix)
    , m_words(words)
    , m_spacedWords(*m_vocabulary)
{
    m_withoutPrefix.addsSpace = false;
}

void PiecePipeline::run(std::string_view text, Sink& sink) const
{
    bool isAfterToken = true;
    for (const Fragment& fragment : m_vocabulary->cutUserDefined(text)) {
        if (fragment.token >= 0) {
            sink.token(fragment.token);
            isAfterToken = true;
            continue;
        }
        const bool adds = isAfterToken || m_prefix == Prefix::Always;
        const std::string normal
            = adds ? m_normalizer(fragment.text) : m_withoutPrefix(fragment.text);
        if (m_words == Words::Spaced && !findInvalidUtf8(normal))
            m_spacedWords.forWords(normal, [&](std::string_view word) { sink.word(word); });
        else if (!normal.empty())
            sink.word(normal);
        isAfterToken = false;
    }
}

} // namespace core
