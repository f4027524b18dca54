// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/bpemodel.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/tokenizer/bytelevel.h"
#include "core/tokenizer/spaces.h"

#include <algorithm>
#include <utility>

namespace core {

namespace {

    std::uint64_t pairKey(int left, int right)
    {
        return std::uint64_t(std::uint32_t(left)) << 32 | std::uint32_t(right);
    }

    /// The token of that text; an added one is kept with spaces for ▁.
    int findToken(const Vocabulary& vocabulary, const std::string& token)
    {
        const int id = vocabulary.find(token);
        return id >= 0 ? id : vocabulary.find(replaceAll(token, spaceMark, " "));
    }

} // namespace

std::array<int, 256> byteFallbackTokens(const Vocabulary& vocabulary)
{
    constexpr const char* digits = "0123456789ABCDEF";
    std::array<int, 256> tokens;
    for (std::size_t byte = 0; byte < 256; ++byte)
        tokens[byte] = vocabulary.find(
            std::string{ '<', '0', 'x', digits[byte >> 4], digits[byte & 15], '>' });
    return tokens;
}

BpeModel::BpeModel(std::shared_ptr<const Vocabulary> vocabulary,
    const std::vector<std::string>& merges, const BpeRules& rules, const std::string& place)
    : m_vocabulary(std::move(vocabulary))
    , m_rules(rules)
    , m_byteTokens(byteFallbackTokens(*m_vocabulary))
{
    if (m_rules.alphabet == BpeRules::Alphabet::Bytes)
        for (std::size_t byte = 0; byte < 256; ++byte)
            m_byteTokens[byte] = m_vocabulary->find(byteCharacters()[byte]);
    readMerges(merges, place);
}

void BpeModel::readMerges(const std::vector<std::string>& merges, const std::string& place)
{
    m_merges.reserve(merges.size());
    for (std::size_t rank = 0; rank < merges.size(); ++rank) {
        const std::string& merge = merges[rank];
        const auto space = merge.find(' ', 1);
        if (space == std::string::npos)
            throw Error(text(place, ": merge ", rank, " is \"", merge,
                "\", expected two tokens with a space between them"));
        const std::string left = merge.substr(0, space);
        const std::string right = merge.substr(space + 1);
        const auto require = [&](const std::string& token) {
            const int id = findToken(*m_vocabulary, token);
            if (id < 0)
                throw Error(text(place, ": merge ", rank, " (\"", merge, "\") names \"", token,
                    "\", which is no token of the vocabulary"));
            return id;
        };
        const std::uint64_t key = pairKey(require(left), require(right));
        m_merges.try_emplace(key, Join{ double(rank), require(left + right) });
    }
}

int BpeModel::findWholeWord(std::string_view word) const
{
    using enum BpeRules::WholeWords;
    if (m_rules.wholeWords == None
        || (m_rules.wholeWords == Newlines && word.find_first_not_of('\n') != word.npos))
        return -1;
    if (m_rules.alphabet == BpeRules::Alphabet::Characters)
        return m_vocabulary->find(word);
    return m_vocabulary->find(charactersOfBytes(word));
}

std::vector<Symbol> BpeModel::symbolsOf(std::string_view word) const
{
    std::vector<Symbol> symbols;
    symbols.reserve(word.size());
    const bool isBytes = m_rules.alphabet == BpeRules::Alphabet::Bytes;
    for (std::size_t begin = 0; begin < word.size();) {
        const std::size_t size
            = isBytes ? 1 : std::min(characterLength(word[begin]), word.size() - begin);
        const int token = isBytes ? m_byteTokens[static_cast<unsigned char>(word[begin])]
                                  : m_vocabulary->find(word.substr(begin, size));
        symbols.push_back({ begin, size, token, -1, -1 });
        begin += size;
    }
    linkSymbols(symbols);
    return symbols;
}

void BpeModel::encode(std::string_view word, std::vector<int>& tokens) const
{
    if (const int whole = findWholeWord(word); whole >= 0) {
        tokens.push_back(whole);
        return;
    }
    std::vector<Symbol> symbols = symbolsOf(word);
    mergePairs(symbols, [this](const Symbol& left, const Symbol& right) {
        const auto found = m_merges.find(pairKey(left.token, right.token));
        return found == m_merges.end() ? std::nullopt : std::optional(found->second);
    });
    bool isAfterUnknown = false;
    for (int i = symbols.empty() ? -1 : 0; i >= 0; i = symbols[std::size_t(i)].next) {
        const Symbol& symbol = symbols[std::size_t(i)];
        if (symbol.token >= 0)
            tokens.push_back(symbol.token);
        else
            appendCharacter(word.substr(symbol.begin, symbol.size), isAfterUnknown, tokens);
        isAfterUnknown = symbol.token < 0 && !tokens.empty() && tokens.back() == m_rules.unknown;
    }
}

bool BpeModel::hasBytes(std::string_view character) const
{
    return std::all_of(character.begin(), character.end(),
        [this](char c) { return m_byteTokens[static_cast<unsigned char>(c)] >= 0; });
}

void BpeModel::appendCharacter(
    std::string_view character, bool isAfterUnknown, std::vector<int>& tokens) const
{
    const bool hasUnknown = m_rules.unknown >= 0;
    if (m_rules.fallsBackToBytes && (!hasUnknown || hasBytes(character))) {
        for (const char c : character)
            if (const int token = m_byteTokens[static_cast<unsigned char>(c)]; token >= 0)
                tokens.push_back(token);
    } else if (hasUnknown && !(m_rules.fusesUnknown && isAfterUnknown)) {
        tokens.push_back(m_rules.unknown);
    }
}

} // namespace core
