// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/scoremodel.h"

#include "core/tokenizer/bpemodel.h"
#include "core/tokenizer/pairmerging.h"

#include <algorithm>
#include <utility>

namespace core {

ScoreModel::ScoreModel(std::shared_ptr<const Vocabulary> vocabulary, int unknown)
    : m_vocabulary(std::move(vocabulary))
    , m_byteTokens(byteFallbackTokens(*m_vocabulary))
{
    for (std::size_t byte = 0; byte < 256; ++byte) {
        int& token = m_byteTokens[byte];
        if (token < 0)
            token = m_vocabulary->find(std::string(1, char(byte)));
        if (token < 0)
            token = unknown;
    }
}

void ScoreModel::encode(std::string_view word, std::vector<int>& tokens) const
{
    std::vector<Symbol> symbols;
    for (std::size_t begin = 0; begin < word.size();) {
        const std::size_t size = std::min(characterLength(word[begin]), word.size() - begin);
        symbols.push_back({ begin, size, -1, -1, -1 });
        begin += size;
    }
    linkSymbols(symbols);
    mergePairs(symbols, [&](const Symbol& left, const Symbol& right) {
        const int token = m_vocabulary->find(word.substr(left.begin, left.size + right.size));
        return token < 0 ? std::nullopt
                         : std::optional(Join{ -double(m_vocabulary->score(token)), token });
    });
    for (int i = symbols.empty() ? -1 : 0; i >= 0; i = symbols[std::size_t(i)].next) {
        const Symbol& symbol = symbols[std::size_t(i)];
        const std::string_view piece = word.substr(symbol.begin, symbol.size);
        if (const int token = m_vocabulary->find(piece); token >= 0) {
            tokens.push_back(token);
            continue;
        }
        for (const char c : piece)
            if (const int token = m_byteTokens[static_cast<unsigned char>(c)]; token >= 0)
                tokens.push_back(token);
    }
}

} // namespace core
