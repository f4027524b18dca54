// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/jsonpretokenizer.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/tokenizer/bytelevel.h"
#include "core/tokenizer/spaces.h"
#include "core/tokenizer/tokenizerjson.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

namespace core {

namespace {

    using Cut = JsonPretokenizer::Cut;

    /// What becomes of the matches of a step's expression (tokenizers, SplitDelimiterBehavior).
    enum class Behavior { Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous };

    std::optional<Behavior> behaviorNamed(const Json& name)
    {
        constexpr std::pair<const char*, Behavior> names[]
            = { { "Removed", Behavior::Removed }, { "Isolated", Behavior::Isolated },
                  { "MergedWithPrevious", Behavior::MergedWithPrevious },
                  { "MergedWithNext", Behavior::MergedWithNext },
                  { "Contiguous", Behavior::Contiguous } };
        for (const auto& [known, behavior] : names)
            if (name == known)
                return behavior;
        return std::nullopt;
    }

    /// Joins neighbours of `spans` where `joins(last, next)`; a joined span is a match if its last
    /// part is.
    template<typename Joins>
    std::vector<TextSpan> joined(const std::vector<TextSpan>& spans, const Joins& joins)
    {
        std::vector<TextSpan> result;
        for (const TextSpan& span : spans)
            if (!result.empty() && result.back().end == span.begin && joins(result.back(), span))
                result.back() = { result.back().begin, span.end, span.isMatch };
            else
                result.push_back(span);
        return result;
    }

    std::vector<TextSpan> kept(std::vector<TextSpan> spans, Behavior behavior)
    {
        switch (behavior) {
        case Behavior::Removed:
            std::erase_if(spans, [](const TextSpan& span) { return span.isMatch; });
            return spans;
        case Behavior::Isolated:
            return spans;
        case Behavior::MergedWithPrevious:
            return joined(spans, [](const TextSpan& last, const TextSpan& next) {
                return !last.isMatch && next.isMatch;
            });
        case Behavior::MergedWithNext:
            return joined(spans, [](const TextSpan& last, const TextSpan& next) {
                return last.isMatch && !next.isMatch;
            });
        case Behavior::Contiguous:
            return joined(spans, [](const TextSpan& last, const TextSpan& next) {
                return last.isMatch == next.isMatch;
            });
        }
        return spans;
    }

    enum class Matches { AsFound, Inverted };

    /// Cuts each word by an expression.
    auto splitting(Expression expression, Behavior behavior, Matches matches = Matches::AsFound)
    {
        return [shared = std::make_shared<const Expression>(std::move(expression)), behavior,
                   matches](Cut& cut, Expression::Memory& memory) {
            std::vector<TextSpan> words;
            std::vector<TextSpan> parts;
            for (const TextSpan& word : cut.words) {
                parts.clear();
                shared->split(memory, cut.text, word.begin, word.end, parts);
                for (TextSpan& part : parts)
                    part.isMatch = part.isMatch != (matches == Matches::Inverted);
                const std::vector<TextSpan> left = kept(parts, behavior);
                words.insert(words.end(), left.begin(), left.end());
            }
            cut.words = std::move(words);
        };
    }

    /// Replaces each word by change(word, whether it begins the text).
    template<typename Change>
    void changeWords(Cut& cut, const Change& change)
    {
        Cut changed;
        changed.isBeginning = cut.isBeginning;
        changed.text.reserve(cut.text.size() + cut.text.size() / 4);
        for (const TextSpan& word : cut.words) {
            const std::size_t begin = changed.text.size();
            changed.text
                += change(std::string_view(cut.text).substr(word.begin, word.end - word.begin),
                    cut.isBeginning && word.begin == 0);
            changed.words.push_back({ begin, changed.text.size() });
        }
        cut = std::move(changed);
    }

    /// Spaces become the replacement, which also comes in front (tokenizers, Metaspace).
    auto markingSpaces(const Json& step)
    {
        const std::string scheme = stringOr(
            step, "prepend_scheme", flagOr(step, "add_prefix_space", true) ? "always" : "never");
        return [mark = stringOr(step, "replacement", "▁"), scheme](Cut& cut, Expression::Memory&) {
            changeWords(cut, [&](std::string_view word, bool isFirst) {
                std::string marked = replaceAll(word, " ", mark);
                const bool adds = scheme == "always" || (scheme == "first" && isFirst);
                return adds && !marked.starts_with(mark) ? mark + marked : marked;
            });
        };
    }

    [[noreturn]] void refuse(const Json& step, const std::string& place)
    {
        throw Error(text(place, ": pre_tokenizer ", shownJson(step),
            " is none that Quantscope computes, expected ByteLevel, Split, Digits, Punctuation, "
            "Metaspace, Whitespace, WhitespaceSplit or a Sequence of them"));
    }

} // namespace

Expression splitExpression(const Json& step, const std::string& place)
{
    const Json& pattern = memberOrNull(step, "pattern");
    const Json& regex = memberOrNull(pattern, "Regex");
    const Json& literal = pattern.is_string() ? pattern : memberOrNull(pattern, "String");
    try {
        if (regex.is_string())
            return Expression(regex.get<std::string>());
        if (literal.is_string() && !literal.get_ref<const std::string&>().empty())
            return Expression::literal(literal.get<std::string>());
    } catch (const Error& error) {
        throw Error(text(place, ": ", error.what()));
    }
    throw Error(text(place, ": ", shownJson(step),
        " has no pattern, expected {\"Regex\": ...} or {\"String\": ...}"));
}

JsonPretokenizer::JsonPretokenizer(const Json& pretokenizer, const std::string& place)
{
    add(pretokenizer, place);
}

void JsonPretokenizer::addByteLevel(const Json& step)
{
    m_isByteLevel = true;
    if (flagOr(step, "add_prefix_space", true))
        m_steps.push_back([](Cut& cut, Expression::Memory&) {
            changeWords(cut, [](std::string_view word, bool) {
                return text(word.starts_with(' ') ? "" : " ", word);
            });
        });
    if (flagOr(step, "use_regex", true)) // openai/gpt-2, src/encoder.py
        m_steps.push_back(splitting(
            Expression(
                R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)"),
            Behavior::Isolated));
    m_givesBytes = true;
}

void JsonPretokenizer::add(const Json& step, const std::string& place)
{
    constexpr std::size_t most = 256; // each goes over all words
    if (step.is_null())
        return;
    if (m_steps.size() >= most)
        throw Error(text(place, ": the pre-tokenizer has more than ", most, " steps"));
    const Json& type = memberOrNull(step, "type");
    if (type == "Sequence" && memberOrNull(step, "pretokenizers").is_array()) {
        for (const Json& inner : step["pretokenizers"])
            add(inner, place);
        return;
    }
    if (m_givesBytes) { // what comes now sees GPT-2's characters
        m_givesBytes = false;
        m_steps.push_back([](Cut& cut, Expression::Memory&) {
            changeWords(cut, [](std::string_view word, bool) { return charactersOfBytes(word); });
        });
    }
    if (type == "ByteLevel" && !m_isByteLevel) {
        addByteLevel(step);
    } else if (type == "Split") {
        const auto behavior = behaviorNamed(memberOrNull(step, "behavior"));
        if (!behavior)
            refuse(step, place);
        m_steps.push_back(splitting(splitExpression(step, place), *behavior,
            flagOr(step, "invert", false) ? Matches::Inverted : Matches::AsFound));
    } else if (type == "Digits") {
        m_steps.push_back(splitting(Expression(R"(\p{N})"),
            flagOr(step, "individual_digits", false) ? Behavior::Isolated : Behavior::Contiguous));
    } else if (type == "Punctuation") {
        const Json& name = memberOrNull(step, "behavior");
        m_steps.push_back(splitting(Expression(R"([\p{P}!-/:-@\[-`{-~])"),
            behaviorNamed(name).value_or(Behavior::Isolated)));
    } else if (type == "Metaspace") {
        m_steps.push_back(markingSpaces(step));
        if (flagOr(step, "split", true))
            m_steps.push_back(splitting(
                Expression::literal(stringOr(step, "replacement", "▁")), Behavior::MergedWithNext));
    } else if (type == "WhitespaceSplit") {
        m_steps.push_back(splitting(Expression(R"(\s)"), Behavior::Removed));
    } else if (type == "Whitespace") {
        m_steps.push_back(
            splitting(Expression(R"(\w+|[^\w\s]+)"), Behavior::Removed, Matches::Inverted));
    } else {
        refuse(step, place);
    }
}

JsonPretokenizer::Cut JsonPretokenizer::operator()(std::string text, bool isBeginning) const
{
    Cut cut{ std::move(text), {}, isBeginning };
    if (!cut.text.empty())
        cut.words.push_back({ 0, cut.text.size() });
    Expression::Memory memory;
    for (const Step& step : m_steps)
        step(cut, memory);
    return cut;
}

} // namespace core
