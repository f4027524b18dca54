// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/addedtokenfinder.h"

#include "core/tokenizer/cleantext.h"
#include "core/tokenizer/unicode.h"

#include <algorithm>
#include <utility>

namespace core {

namespace {

    /// Where the last character of `text`, which is not empty, begins.
    std::size_t lastCharacter(std::string_view text)
    {
        std::size_t at = text.size() - 1;
        while (at > 0 && (text[at] & 0xC0) == 0x80)
            --at;
        return at;
    }

    std::uint32_t characterAt(std::string_view text, std::size_t at)
    {
        return nextCharacter(text, at);
    }

    bool standsAlone(std::string_view text, std::size_t begin, std::size_t end)
    {
        const bool isAfterWord
            = begin > 0 && isWordCharacter(characterAt(text, lastCharacter(text.substr(0, begin))));
        const bool isBeforeWord = end < text.size() && isWordCharacter(characterAt(text, end));
        return !isAfterWord && !isBeforeWord;
    }

    /// The beginning of the white space that ends `text`.
    std::size_t spaceBefore(std::string_view text)
    {
        while (!text.empty()) {
            const std::size_t last = lastCharacter(text);
            if (!isWhiteSpace(characterAt(text, last)))
                break;
            text = text.substr(0, last);
        }
        return text.size();
    }

    /// The end of the white space that begins at `at`.
    std::size_t spaceAfter(std::string_view text, std::size_t at)
    {
        for (std::size_t next = at; at < text.size(); at = next)
            if (!isWhiteSpace(nextCharacter(text, next)))
                break;
        return at;
    }

} // namespace

AddedTokenFinder::AddedTokenFinder(std::vector<AddedTokenRule> tokens)
    : m_tokens(std::move(tokens))
{
    std::vector<std::pair<std::string_view, int>> texts;
    for (std::size_t i = 0; i < m_tokens.size(); ++i)
        if (!m_tokens[i].content.empty())
            texts.emplace_back(m_tokens[i].content, int(i));
    std::sort(texts.begin(), texts.end());
    const auto same = [](const auto& a, const auto& b) { return a.first == b.first; };
    texts.erase(std::unique(texts.begin(), texts.end(), same), texts.end());
    m_trie = TokenTrie(std::move(texts));
}

const AddedTokenRule* AddedTokenFinder::longestAt(std::string_view text) const
{
    const AddedTokenRule* longest = nullptr;
    m_trie.forPrefixes(
        text, [&](std::size_t, int index) { longest = &m_tokens[std::size_t(index)]; });
    return longest;
}

std::vector<Fragment> AddedTokenFinder::cut(std::string_view text) const
{
    std::vector<Fragment> fragments;
    std::size_t done = 0; // all before is in `fragments`
    for (std::size_t at = 0; at < text.size() && !m_trie.empty();) {
        const AddedTokenRule* token = longestAt(text.substr(at));
        if (!token) {
            ++at;
            continue;
        }
        std::size_t begin = at;
        std::size_t end = at + token->content.size();
        at = end;
        if (token->isSpecial || (token->isSingleWord && !standsAlone(text, begin, end)))
            continue;
        if (token->stripsLeft)
            begin = done < begin ? done + spaceBefore(text.substr(done, begin - done)) : begin;
        if (token->stripsRight)
            end = spaceAfter(text, end); // the next token is looked for before, as tokenizers does
        if (begin > done)
            fragments.push_back({ -1, text.substr(done, begin - done) });
        fragments.push_back({ token->id, text.substr(begin, end - begin) });
        done = end;
    }
    if (done < text.size())
        fragments.push_back({ -1, text.substr(done) });
    return fragments;
}

} // namespace core
