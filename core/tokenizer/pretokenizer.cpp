// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/pretokenizer.h"

#include <utility>

namespace core {

Pretokenizer::Pretokenizer(std::span<const char* const> patterns)
{
    for (const char* pattern : patterns)
        m_expressions.emplace_back(pattern);
}

std::vector<TextSpan> Pretokenizer::split(std::string_view subject) const
{
    Expression::Memory memory;
    std::vector<TextSpan> words;
    if (!subject.empty())
        words.push_back({ 0, subject.size() });
    for (const Expression& expression : m_expressions) {
        std::vector<TextSpan> cut;
        cut.reserve(subject.size() / 4); // English has a word every 4 to 5 bytes
        for (const TextSpan& word : words)
            expression.split(memory, subject, word.begin, word.end, cut);
        words = std::move(cut);
    }
    return words;
}

} // namespace core
