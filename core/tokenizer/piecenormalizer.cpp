// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/piecenormalizer.h"

#include "core/tokenizer/cleantext.h"
#include "core/tokenizer/spaces.h"

namespace core {

namespace {

    /// `text` with what `map` replaces replaced, what is no UTF-8 by U+FFFD.
    std::string mapped(std::string_view text, const CharsMap& map)
    {
        std::string result;
        result.reserve(text.size() + text.size() / 4);
        while (!text.empty()) {
            if (const auto match = map.find(text)) {
                result += match->by;
                text.remove_prefix(match->length);
                continue;
            }
            std::size_t length = 0;
            const bool isBroken = nextCharacter(text, length) == 0xFFFD && length == 1;
            result += isBroken ? "\xEF\xBF\xBD" : text.substr(0, length);
            text.remove_prefix(length);
        }
        return result;
    }

} // namespace

std::string PieceNormalizer::operator()(std::string_view text) const
{
    const std::string replaced
        = map.empty() && !repairsText ? std::string(text) : mapped(text, map);
    std::string result;
    result.reserve(replaced.size() + replaced.size() / 2);
    const bool addsInFront = addsSpace && !addsSpaceBehind;
    if (!mergesSpaces) {
        if (addsInFront)
            result += spaceMark;
        result += replaceAll(replaced, " ", spaceMark);
    } else {
        bool isInWord = false;
        for (const char c : replaced) {
            if (c != ' ' && !isInWord && (addsInFront || !result.empty()))
                result += spaceMark;
            isInWord = c != ' ';
            if (isInWord)
                result += c;
        }
    }
    if (addsSpace && addsSpaceBehind)
        result += spaceMark;
    return result;
}

} // namespace core
