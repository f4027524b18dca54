// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/vocabulary.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <set>
#include <type_traits>

namespace core {

namespace {

    constexpr std::string_view prefix = "tokenizer.ggml.";

    /// Tokens that llama.cpp treats as control tokens whatever type the file gives them.
    constexpr std::string_view alwaysControl[] = { "<|eot_id|>", "<|im_end|>", "<|end|>",
        "<|return|>", "<|call|>", "<|flush|>", "<|calls|>", "<end_of_turn>", "<|endoftext|>",
        "</s>", "<|eom_id|>", "<EOT>", "_<EOT>", "[EOT]", "[EOS]", "<|end_of_text|>",
        "<end_of_utterance>", "<eos>", "<turn|>", "<|tool_response>", "<｜end▁of▁sentence｜>",
        "[e~[", "<|fim_prefix|>", "<fim-prefix>", "<fim_prefix>", "<｜fim▁begin｜>", "<PRE>",
        "▁<PRE>", "<|code_prefix|>", "<|prefix|>", "<|fim_suffix|>", "<fim-suffix>", "<fim_suffix>",
        "<｜fim▁hole｜>", "<SUF>", "▁<SUF>", "<|code_suffix|>", "<|suffix|>", "<|fim_middle|>",
        "<fim-middle>", "<fim_middle>", "<｜fim▁end｜>", "<MID>", "▁<MID>", "<|code_middle|>",
        "<|middle|>", "<|fim_pad|>", "<fim-pad>", "<fim_pad>", "<PAD>", "[PAD]", "<|fim_repo|>",
        "<|repo_name|>", "<fim-repo>", "<REPO>", "<reponame>", "<|file_sep|>" };

    /// Tokens that it always finds in a text.
    constexpr std::string_view alwaysUserDefined[]
        = { "<|channel|>", "<|message|>", "<|start|>", "<|constrain|>" };

    template<typename T>
    std::vector<T> copyArray(const GgufMetadata& metadata, const char* key, const char* expected,
        const std::string& place)
    {
        const auto* array
            = metadataArray<std::vector<T>>(metadata, text(prefix, key), expected, place);
        return array ? *array : std::vector<T>();
    }

    std::vector<TokenType> readTypes(
        const GgufMetadata& metadata, std::size_t count, const std::string& place)
    {
        const auto numbers = copyArray<std::int32_t>(
            metadata, "token_type", "an array of 32-bit whole numbers", place);
        if (numbers.empty())
            return std::vector<TokenType>(count, TokenType::Normal);
        if (numbers.size() < count)
            throw Error(text(place, ": ", prefix, "token_type has ", numbers.size(),
                " entries, expected ", count, " (one a token)"));
        std::vector<TokenType> types(count);
        for (std::size_t i = 0; i < count; ++i) {
            if (numbers[i] < 1 || numbers[i] > 6)
                throw Error(text(place, ": ", prefix, "token_type of token ", i, " is ", numbers[i],
                    ", expected 1 to 6"));
            types[i] = TokenType(numbers[i]);
        }
        return types;
    }

    bool isWholeNumbers(const GgufMetadata& metadata, const char* key)
    {
        const GgufValue* value = metadata.find(text(prefix, key));
        const auto* array = value ? std::get_if<GgufArray>(value) : nullptr;
        return array && std::holds_alternative<std::vector<std::int32_t>>(*array);
    }

    std::vector<float> floatsOf(const std::vector<std::int32_t>& numbers)
    {
        std::vector<float> floats(numbers.size());
        std::transform(
            numbers.begin(), numbers.end(), floats.begin(), [](int n) { return float(n); });
        return floats;
    }

    std::vector<float> readScores(
        const GgufMetadata& metadata, std::size_t count, const std::string& place)
    {
        auto scores = isWholeNumbers(metadata, "scores")
            ? floatsOf(copyArray<std::int32_t>(metadata, "scores", "", place))
            : copyArray<float>(metadata, "scores", "an array of floats", place);
        if (scores.empty())
            scores.resize(count);
        if (scores.size() < count)
            throw Error(text(place, ": ", prefix, "scores has ", scores.size(),
                " entries, expected ", count, " (one a token)"));
        const auto broken = std::find_if(
            scores.begin(), scores.end(), [](float score) { return std::isnan(score); });
        if (broken != scores.end())
            throw Error(text(place, ": ", prefix, "scores of token ", broken - scores.begin(),
                " is nan, expected a number"));
        return scores;
    }

    /// Whether the file's name is one for which llama.cpp lets special tokens swallow the spaces
    /// that follow them.
    bool isPhi3(const GgufMetadata& metadata)
    {
        std::string name = metadataString(metadata, "general.name");
        std::transform(name.begin(), name.end(), name.begin(),
            [](unsigned char c) { return char(std::tolower(c)); });
        return name.find("phi-3") != std::string::npos || name.find("phi3") != std::string::npos;
    }

} // namespace

template<typename T>
const T* metadataArray(const GgufMetadata& metadata, std::string_view key, const char* expected,
    const std::string& place)
{
    const GgufValue* value = metadata.find(key);
    if (!value)
        return nullptr;
    const auto* array = std::get_if<GgufArray>(value);
    const T* typed = array ? std::get_if<T>(array) : nullptr;
    if (!typed)
        throw Error(text(place, ": ", key, " is ", toText(*value), ", expected ", expected));
    return typed;
}

template const std::vector<std::string>* metadataArray(
    const GgufMetadata&, std::string_view, const char*, const std::string&);

bool metadataFlag(const GgufMetadata& metadata, std::string_view key, bool fallback)
{
    const GgufValue* value = metadata.find(key);
    const bool* flag = value ? std::get_if<bool>(value) : nullptr;
    return flag ? *flag : fallback;
}

std::string metadataString(const GgufMetadata& metadata, std::string_view key)
{
    const GgufValue* value = metadata.find(key);
    const auto* string = value ? std::get_if<std::string>(value) : nullptr;
    return string ? *string : std::string();
}

Vocabulary::Vocabulary(const GgufMetadata& metadata, const std::string& place)
    : m_tokens(copyArray<std::string>(metadata, "tokens", "an array of strings", place))
{
    if (m_tokens.empty())
        throw Error(text(place, ": ", prefix, "tokens is missing or empty, expected the tokens"));
    if (m_tokens.size() > std::size_t(1) << 24) // a hundred times the largest vocabulary
        throw Error(text(place, ": ", prefix, "tokens has ", m_tokens.size(),
            " entries, expected at most ", 1 << 24));
    m_types = readTypes(metadata, m_tokens.size(), place);
    m_typesInFile = m_types;
    m_scores = readScores(metadata, m_tokens.size(), place);
    m_ids.reserve(m_tokens.size());
    for (std::size_t i = 0; i < m_tokens.size(); ++i) {
        if (m_tokens[i].empty())
            m_tokens[i] = text("[EMPTY_", i, "]");
        const auto [found, isNew] = m_ids.emplace(m_tokens[i], int(i));
        if (!isNew)
            throw Error(text(place, ": tokens ", found->second, " and ", i, " are both \"",
                m_tokens[i], "\", expected each once"));
    }
    overrideTypes();
    for (int id = 0; id < size(); ++id)
        if (type(id) == TokenType::UserDefined)
            m_userDefined.push_back(id);
    std::stable_sort(m_userDefined.begin(), m_userDefined.end(),
        [this](int a, int b) { return token(a).size() > token(b).size(); });
    std::vector<std::pair<std::string_view, int>> finds;
    for (std::size_t i = 0; i < m_userDefined.size(); ++i)
        finds.emplace_back(token(m_userDefined[i]), int(i));
    m_finder = TokenTrie(std::move(finds));
    if (isPhi3(metadata)) {
        m_stripsRight.assign(m_tokens.size(), true);
        for (const char* name : { "<unk>", "<s>", "<|endoftext|>" })
            if (const int id = find(name); id >= 0)
                m_stripsRight[std::size_t(id)] = false;
    }
}

void Vocabulary::overrideTypes()
{
    for (const std::string_view name : alwaysControl)
        if (const int id = find(name); id >= 0)
            m_types[std::size_t(id)] = TokenType::Control;
    for (const std::string_view name : alwaysUserDefined)
        if (const int id = find(name); id >= 0)
            m_types[std::size_t(id)] = TokenType::UserDefined;
    // Where a call ends the answer, <|end|> only ends a message (llama.cpp: o200k_harmony).
    const bool endsWithCall = (find("<|return|>") >= 0 && find("<|call|>") >= 0)
        || ((find("<|call|>") >= 0 || find("<|calls|>") >= 0) && find("<|flush|>") >= 0);
    if (const int id = find("<|end|>"); id >= 0 && endsWithCall)
        m_types[std::size_t(id)] = TokenType::UserDefined;
    // Gemma 4 and PLaMo end a text otherwise: </s> is text there.
    if (const int id = find("</s>");
        id >= 0 && (find("<|tool_response>") >= 0 || find("<|plamo:eos|>") >= 0))
        m_types[std::size_t(id)] = TokenType::Normal;
}

int Vocabulary::find(std::string_view token) const
{
    const auto found = m_ids.find(token);
    return found == m_ids.end() ? -1 : found->second;
}

int Vocabulary::specialToken(const GgufMetadata& metadata, std::string_view key, int fallback) const
{
    const auto isToken = [this](std::int64_t id) { return id >= 0 && id < size(); };
    std::int64_t id = -1;
    if (const GgufValue* value = metadata.find(text(prefix, key)))
        std::visit(
            [&id](const auto& v) {
                using T = std::decay_t<decltype(v)>;
                if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>)
                    id = v <= T(0x7fffffff) || sizeof(T) < 4 ? std::int64_t(v) : -1;
            },
            *value);
    return isToken(id) ? int(id) : isToken(fallback) ? fallback : -1;
}

std::vector<int> Vocabulary::userDefinedIn(std::string_view text) const
{
    if (m_finder.empty())
        return {};
    std::set<int> found; // indices into m_userDefined: longest first
    for (std::size_t at = 0; at < text.size(); ++at)
        m_finder.forPrefixes(text.substr(at), [&](std::size_t, int index) { found.insert(index); });
    std::vector<int> ids;
    for (const int index : found)
        ids.push_back(m_userDefined[std::size_t(index)]);
    return ids;
}

std::vector<Fragment> Vocabulary::cutUserDefined(std::string_view wholeText) const
{
    std::vector<Fragment> fragments;
    if (!wholeText.empty())
        fragments.push_back({ -1, wholeText });
    for (const int id : userDefinedIn(wholeText)) {
        const std::string& name = token(id);
        std::vector<Fragment> cut;
        for (const Fragment& fragment : fragments) {
            std::string_view rest = fragment.text;
            for (auto at = rest.find(name); fragment.token < 0 && at != std::string_view::npos;
                 at = rest.find(name)) {
                if (at > 0)
                    cut.push_back({ -1, rest.substr(0, at) });
                cut.push_back({ id, rest.substr(at, name.size()) });
                rest.remove_prefix(at + name.size());
                while (!m_stripsRight.empty() && m_stripsRight[std::size_t(id)] && !rest.empty()
                    && std::isspace(static_cast<unsigned char>(rest.front())))
                    rest.remove_prefix(1);
            }
            if (fragment.token >= 0)
                cut.push_back(fragment);
            else if (!rest.empty())
                cut.push_back({ -1, rest });
        }
        fragments = std::move(cut);
    }
    return fragments;
}

} // namespace core
