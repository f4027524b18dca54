// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/tokenlist.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <nlohmann/json.hpp>

#include <utility>

namespace core {

bool looksSpecial(std::string_view token)
{
    const auto isBetween = [&](std::string_view first, std::string_view last) {
        return token.starts_with(first) && token.ends_with(last);
    };
    return token == "<pad>" || token == "<mask>" || token == "<2mass>" || token == "[@BOS@]"
        || isBetween("<|", "|>") || isBetween("<｜", "｜>") || isBetween("<unused", ">");
}

TokenList::TokenList(std::size_t count, std::string place)
    : m_place(std::move(place))
    , m_tokens(count)
    , m_types(count, std::int32_t(TokenType::Unused))
    , m_scores(count, -10000.0f) // as convert_hf_to_gguf.py
{
}

std::string TokenList::complaint(const Json& id, const std::string& token) const
{
    if (!id.is_number_integer() || id < 0 || id >= m_tokens.size())
        return text("token \"", token, "\" has id ", shownJson(id), ", expected 0 to ",
            m_tokens.size() - 1, " (the model has ", m_tokens.size(), " rows of embedding)");
    const std::string& other = m_tokens[id.get<std::size_t>()];
    if (!other.empty() && other != token)
        return text("tokens \"", other, "\" and \"", token, "\" both have id ", shownJson(id),
            ", expected one token an id");
    return {};
}

void TokenList::set(const Json& id, const std::string& token, TokenType type, float score)
{
    if (const std::string why = complaint(id, token); !why.empty())
        throw Error(text(m_place, ": ", why));
    const auto i = id.get<std::size_t>();
    m_tokens[i] = token;
    m_types[i] = std::int32_t(type);
    m_scores[i] = score;
    m_ids.emplace(token, int(i));
}

void TokenList::setType(std::size_t id, TokenType type) { m_types[id] = std::int32_t(type); }

int TokenList::find(const std::string& token) const
{
    const auto found = m_ids.find(token);
    return found == m_ids.end() ? -1 : found->second;
}

std::vector<std::string> TokenList::tokens() const
{
    std::vector<std::string> result = m_tokens;
    for (std::size_t i = 0; i < result.size(); ++i)
        if (type(i) == TokenType::Unused)
            result[i] = text("[PAD", i, "]");
    return result;
}

} // namespace core
