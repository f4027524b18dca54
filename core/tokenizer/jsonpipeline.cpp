// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/jsonpipeline.h"

#include "core/tokenizer/cleantext.h"

#include <utility>

namespace core {

JsonPipeline::JsonPipeline(const std::vector<AddedTokenRule>& added, TextNormalizer normalizer,
    JsonPretokenizer pretokenizer, std::optional<SpacedWords> words)
    : m_normalizer(std::move(normalizer))
    , m_pretokenizer(std::move(pretokenizer))
    , m_words(std::move(words))
{
    std::vector<AddedTokenRule> raw;
    std::vector<AddedTokenRule> normalized;
    for (AddedTokenRule token : added) {
        if (token.isNormalized)
            token.content = m_normalizer(token.content);
        (token.isNormalized ? normalized : raw).push_back(std::move(token));
    }
    m_added = AddedTokenFinder(std::move(raw));
    m_normalizedAdded = AddedTokenFinder(std::move(normalized));
}

void JsonPipeline::run(std::string_view text, Sink& sink) const
{
    const CleanText clean(text);
    for (const Fragment& fragment : m_added.cut(clean.subject)) {
        if (fragment.token >= 0)
            sink.token(fragment.token);
        else
            runNormal(
                m_normalizer.empty() ? std::string(fragment.text) : m_normalizer(fragment.text),
                fragment.text.data() == clean.subject.data(), sink);
    }
}

void JsonPipeline::runNormal(std::string_view normal, bool isBeginning, Sink& sink) const
{
    for (const Fragment& fragment : m_normalizedAdded.cut(normal)) {
        if (fragment.token >= 0) {
            sink.token(fragment.token);
            continue;
        }
        const JsonPretokenizer::Cut cut = m_pretokenizer(
            std::string(fragment.text), isBeginning && fragment.text.data() == normal.data());
        for (const TextSpan& span : cut.words) {
            const auto word = std::string_view(cut.text).substr(span.begin, span.end - span.begin);
            if (m_words)
                m_words->forWords(word, [&](std::string_view part) { sink.word(part); });
            else if (!word.empty())
                sink.word(word);
        }
    }
}

} // namespace core
