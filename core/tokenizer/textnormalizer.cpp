// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/textnormalizer.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/files/textfile.h"
#include "core/tokenizer/bytelevel.h"
#include "core/tokenizer/charsmap.h"
#include "core/tokenizer/cleantext.h"
#include "core/tokenizer/jsonpretokenizer.h"
#include "core/tokenizer/piecenormalizer.h"
#include "core/tokenizer/spaces.h"
#include "core/tokenizer/tokenizerjson.h"
#include "core/tokenizer/unicode.h"

#include <nlohmann/json.hpp>

#include <memory>
#include <utility>

namespace core {

namespace {

    constexpr std::size_t mostSteps = 256;
    constexpr std::size_t mostContent = 256; ///< bytes that stand for a pattern

    /// "" or "$": the literal part of a substitution.
    std::string literalSubstitution(std::string_view by)
    {
        return replaceAll(replaceAll(by, "\\", "\\\\"), "$", "$$");
    }

    /// Small letters for capital ones (Unicode's default, whatever the language).
    std::string lowered(const std::string& text)
    {
        static const Expression all(R"([^\x{130}]+)");
        // İ becomes two characters (SpecialCasing.txt).
        const std::string letters = replaceAll(all.replaced(text, R"(\L$0)"), "\u0130", "i\u0307");
        std::string result;
        for (std::size_t at = 0; at < letters.size();) {
            std::uint32_t c = nextCharacter(letters, at);
            if (c >= 0x2160 && c <= 0x216F) // Roman numerals, no letters for PCRE2
                c += 0x10;
            else if (c >= 0x24B6 && c <= 0x24CF) // letters in circles
                c += 26;
            appendUtf8(result, c);
        }
        return result;
    }

    std::string strippedText(const std::string& text, bool left, bool right)
    {
        std::size_t begin = 0;
        std::size_t end = 0; // behind the last character that is no space
        bool isLeading = left;
        for (std::size_t at = 0, next = 0; at < text.size(); at = next) {
            const bool isSpace = isWhiteSpace(nextCharacter(text, next));
            isLeading = isLeading && isSpace;
            begin = isLeading ? next : begin;
            end = isSpace && right ? end : next;
        }
        return begin < end ? text.substr(begin, end - begin) : std::string();
    }

    std::string requireText(const Json& step, const char* key, const std::string& place)
    {
        return jsonValue<std::string>(step, key, place);
    }

    std::function<std::string(std::string)> replacing(const Json& step, const std::string& place)
    {
        const std::string by = requireText(step, "content", place);
        if (by.size() > mostContent)
            throw Error(text(place, ": a normalizer's content has ", by.size(),
                " bytes, expected at most ", mostContent));
        const Json& literal = memberOrNull(memberOrNull(step, "pattern"), "String");
        if (literal.is_string() && !literal.get_ref<const std::string&>().empty())
            return [what = literal.get<std::string>(), by](
                       const std::string& text) { return replaceAll(text, what, by); };
        return [regex = std::make_shared<const Expression>(splitExpression(step, place)),
                   with = literalSubstitution(by)](
                   const std::string& text) { return regex->replaced(text, with); };
    }

    std::function<std::string(std::string)> mapping(const Json& step, const std::string& place)
    {
        const std::string bytes = bytesOfBase64(requireText(step, "precompiled_charsmap", place));
        return [normalizer = std::make_shared<const PieceNormalizer>(PieceNormalizer{
                    .map = CharsMap(bytes, place), .addsSpace = false })](const std::string& text) {
            // Only the map: spaces stay what they are.
            std::string mapped = replaceAll((*normalizer)(text), spaceMark, " ");
            return findInvalidUtf8(mapped) ? std::string(CleanText(mapped).subject) : mapped;
        };
    }

} // namespace

std::string bytesOfBase64(std::string_view text)
{
    constexpr std::string_view digits
        = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string bytes;
    std::uint32_t bits = 0;
    int count = 0;
    for (const char c : text) {
        const auto digit = digits.find(c);
        if (digit == digits.npos)
            break;
        bits = bits << 6 | std::uint32_t(digit);
        count += 6;
        if (count >= 8)
            bytes += char(bits >> (count -= 8) & 0xFF);
    }
    return bytes;
}

TextNormalizer::TextNormalizer(const Json& normalizer, const std::string& place)
{
    add(normalizer, place);
}

void TextNormalizer::add(const Json& step, const std::string& place)
{
    if (step.is_null())
        return;
    if (m_steps.size() == mostSteps)
        throw Error(text(place, ": the normalizer has more than ", mostSteps, " steps"));
    const Json& type = memberOrNull(step, "type");
    if (type == "Sequence" && memberOrNull(step, "normalizers").is_array()) {
        for (const Json& inner : step["normalizers"])
            add(inner, place);
    } else if (type == "NFC") {
        m_steps.push_back([](const std::string& text) { return composedText(text); });
    } else if (type == "Lowercase") {
        m_steps.push_back(lowered);
    } else if (type == "Prepend") {
        m_steps.push_back([prefix = requireText(step, "prepend", place)](
                              const std::string& text) { return prefix + text; });
    } else if (type == "Replace") {
        m_steps.push_back(replacing(step, place));
    } else if (type == "Strip") {
        m_steps.push_back(
            [left = flagOr(step, "strip_left", true), right = flagOr(step, "strip_right", true)](
                const std::string& text) { return strippedText(text, left, right); });
    } else if (type == "Precompiled") {
        m_steps.push_back(mapping(step, place));
    } else {
        throw Error(text(place, ": normalizer ", shownJson(step),
            " is none that Quantscope computes, expected NFC, Lowercase, Prepend, Replace, Strip "
            "or Precompiled"));
    }
}

std::string TextNormalizer::operator()(std::string_view text) const
{
    const std::size_t most = 64 * text.size() + 4096; // far above what real ones make of a text
    std::string result(text);
    for (const Step& step : m_steps) {
        if (!result.empty())
            result = step(std::move(result));
        if (result.size() > most)
            throw Error(core::text("The tokenizer's normalizer makes ", result.size(),
                " bytes of a text of ", text.size(), ", expected at most ", most, "."));
    }
    return result;
}

} // namespace core
