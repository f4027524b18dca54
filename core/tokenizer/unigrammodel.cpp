// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/unigrammodel.h"

#include "core/tokenizer/bpemodel.h"
#include "core/tokenizer/pairmerging.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

namespace core {

struct UnigramModel::Best {
    int token;
    std::size_t begin; ///< of the last token
    double score; ///< of all
};

UnigramModel::UnigramModel(std::shared_ptr<const Vocabulary> vocabulary, int unknown, Unknown rule)
    : m_vocabulary(std::move(vocabulary))
    , m_unknown(unknown)
    , m_rule(rule)
    , m_byteTokens(byteFallbackTokens(*m_vocabulary))
{
    float lowest = std::numeric_limits<float>::max();
    std::vector<std::pair<std::string_view, int>> tokens;
    for (int id = 0; id < m_vocabulary->size(); ++id) {
        const TokenType type = m_vocabulary->typeInFile(id);
        if (type == TokenType::Normal)
            lowest = std::min(lowest, m_vocabulary->score(id));
        if (type == TokenType::Normal || type == TokenType::UserDefined
            || type == TokenType::Unused)
            tokens.emplace_back(m_vocabulary->token(id), id);
    }
    m_tokens = TokenTrie(std::move(tokens));
    m_unknownScore = double(lowest - 10.0f); // SentencePiece's kUnkPenalty
}

std::vector<UnigramModel::Best> UnigramModel::bestCuts(std::string_view text) const
{
    std::vector<Best> best(text.size() + 1, { m_unknown, 0, -std::numeric_limits<double>::max() });
    best[0].score = 0;
    const auto offer = [&](std::size_t begin, std::size_t length, int token, double score) {
        Best& champion = best[begin + length];
        if (best[begin].score + score > champion.score)
            champion = { token, begin, best[begin].score + score };
    };
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t character = std::min(characterLength(text[begin]), text.size() - begin);
        bool isKnown = false;
        m_tokens.forPrefixes(text.substr(begin), [&](std::size_t length, int token) {
            isKnown = isKnown || length == character;
            const bool isUser = m_vocabulary->typeInFile(token) == TokenType::UserDefined;
            offer(begin, length, token, isUser ? 0.0 : double(m_vocabulary->score(token)));
        });
        if (!isKnown)
            offer(begin, character, m_unknown, m_unknownScore);
        begin += character;
    }
    return best;
}

void UnigramModel::encode(std::string_view word, std::vector<int>& tokens) const
{
    const std::vector<Best> best = bestCuts(word);
    std::vector<std::size_t> ends; // of the tokens, the last first
    for (std::size_t end = word.size(); end > 0; end = best[end].begin)
        ends.push_back(end);
    for (auto end = ends.rbegin(); end != ends.rend();) {
        const Best& last = best[*end];
        if (last.token != m_unknown) {
            tokens.push_back(last.token);
            ++end;
            continue;
        }
        const std::size_t begin = last.begin;
        std::size_t until = *end;
        for (; end != ends.rend() && best[*end].token == m_unknown; ++end)
            until = *end;
        if (m_rule == Unknown::Token || !appendBytes(word.substr(begin, until - begin), tokens))
            tokens.push_back(m_unknown);
    }
}

bool UnigramModel::appendBytes(std::string_view piece, std::vector<int>& tokens) const
{
    const auto idOf = [this](char c) { return m_byteTokens[static_cast<unsigned char>(c)]; };
    if (std::any_of(piece.begin(), piece.end(), [&](char c) { return idOf(c) < 0; }))
        return false;
    std::transform(piece.begin(), piece.end(), std::back_inserter(tokens), idOf);
    return true;
}

} // namespace core
