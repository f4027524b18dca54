// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/unicode.h"

#include "core/tokenizer/cleantext.h"
#include "core/tokenizer/expression.h"
#include "core/tokenizer/unicodedata.h"

#include <algorithm>
#include <map>
#include <vector>

namespace core {

namespace {

    using namespace unicode;
    using Characters = std::vector<char32_t>;

    // Hangul syllables are computed (The Unicode Standard, section 3.12).
    constexpr char32_t firstSyllable = 0xAC00, firstLead = 0x1100, firstVowel = 0x1161,
                       beforeTails = 0x11A7;
    constexpr char32_t leads = 19, vowels = 21, tails = 28, syllables = leads * vowels * tails;

    int combiningClass(char32_t character)
    {
        const auto classes = combiningClasses();
        const auto after = std::upper_bound(classes.begin(), classes.end(), character,
            [](char32_t c, const Combining& range) { return c < range.first; });
        return after != classes.begin() && character <= std::prev(after)->last
            ? std::prev(after)->order
            : 0;
    }

    const Decomposition* decompositionOf(char32_t character)
    {
        const auto all = decompositions();
        const auto found = std::lower_bound(all.begin(), all.end(), character,
            [](const Decomposition& d, char32_t c) { return d.character < c; });
        return found != all.end() && found->character == character ? &*found : nullptr;
    }

    char32_t ideographFor(char32_t character)
    {
        for (const Compatible& run : compatibilityIdeographs())
            if (character >= run.first && character - run.first < run.by.size())
                return run.by[character - run.first];
        return character;
    }

    void decompose(char32_t character, Characters& to)
    {
        if (character - firstSyllable < syllables) {
            const char32_t index = character - firstSyllable;
            to.push_back(firstLead + index / (vowels * tails));
            to.push_back(firstVowel + index / tails % vowels);
            if (index % tails != 0)
                to.push_back(beforeTails + index % tails);
        } else if (const Decomposition* parts = decompositionOf(character)) {
            decompose(parts->first, to);
            if (parts->second != 0)
                decompose(parts->second, to);
        } else {
            to.push_back(ideographFor(character));
        }
    }

    /// Marks in a row are put in the order of their classes.
    void orderMarks(Characters& characters)
    {
        for (auto begin = characters.begin(); begin != characters.end();) {
            const auto isMark = [](char32_t c) { return combiningClass(c) != 0; };
            begin = std::find_if(begin, characters.end(), isMark);
            const auto end = std::find_if_not(begin, characters.end(), isMark);
            std::stable_sort(begin, end,
                [](char32_t a, char32_t b) { return combiningClass(a) < combiningClass(b); });
            begin = end;
        }
    }

    std::map<std::pair<char32_t, char32_t>, char32_t> makeCompositions()
    {
        std::map<std::pair<char32_t, char32_t>, char32_t> all;
        const auto excluded = compositionExclusions();
        for (const Decomposition& d : decompositions())
            if (d.second != 0 && !std::binary_search(excluded.begin(), excluded.end(), d.character))
                all.emplace(std::pair(d.first, d.second), d.character);
        return all;
    }

    /// What the two are together; 0: they stay two.
    char32_t composition(char32_t first, char32_t second)
    {
        if (first - firstLead < leads && second - firstVowel < vowels)
            return firstSyllable + ((first - firstLead) * vowels + second - firstVowel) * tails;
        if (first - firstSyllable < syllables && (first - firstSyllable) % tails == 0
            && second > beforeTails && second - beforeTails < tails)
            return first + second - beforeTails;
        static const auto all = makeCompositions();
        const auto found = all.find({ first, second });
        return found == all.end() ? 0 : found->second;
    }

    Characters composed(const Characters& characters)
    {
        Characters result;
        std::size_t starter = 0; // in `result`; the last of class 0
        int before = -1; // class of the last character kept since; −1: none was
        for (const char32_t character : characters) {
            const int order = combiningClass(character);
            const bool isBlocked = before >= order && before != -1;
            const char32_t both
                = result.empty() || isBlocked || combiningClass(result[starter]) != 0
                ? 0
                : composition(result[starter], character);
            if (both != 0) {
                result[starter] = both;
                continue;
            }
            result.push_back(character);
            before = order;
            if (order == 0) {
                starter = result.size() - 1;
                before = -1;
            }
        }
        return result;
    }

    void appendComposed(std::string_view text, std::string& result)
    {
        Characters characters;
        for (std::size_t at = 0; at < text.size();)
            decompose(nextCharacter(text, at), characters);
        orderMarks(characters);
        for (const char32_t character : composed(characters))
            appendUtf8(result, character);
    }

} // namespace

bool isWhiteSpace(std::uint32_t c)
{
    return (c >= 0x9 && c <= 0xD) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680
        || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F
        || c == 0x3000;
}

bool isWordCharacter(std::uint32_t character)
{
    static const Expression word(R"(\w)");
    std::string text;
    appendUtf8(text, character >= 0xD800 && character < 0xE000 ? 0xFFFD : character);
    Expression::Memory memory;
    std::vector<TextSpan> spans;
    word.split(memory, text, 0, text.size(), spans);
    return !spans.empty() && spans.front().isMatch;
}

std::string composedText(std::string_view text)
{
    // Characters below U+0300 are composed and begin anew: only what stands around others changes.
    const auto isSimple = [](char c) { return static_cast<unsigned char>(c) < 0xCC; };
    const auto begins = [](char c) { return (c & 0xC0) != 0x80; };
    const auto isStart = [&](char c) { return isSimple(c) && begins(c); };
    std::string result;
    result.reserve(text.size());
    for (auto done = text.begin(); done != text.end();) {
        auto begin = std::find_if_not(done, text.end(), isSimple);
        const auto end = std::find_if(begin, text.end(), isStart);
        if (begin != text.end() && begin != done)
            do
                --begin; // the character before may take a mark
            while (begin != done && !begins(*begin));
        result.append(done, begin);
        appendComposed(std::string_view(begin, end), result);
        done = end;
    }
    return result;
}

} // namespace core
