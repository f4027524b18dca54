// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/addedtokens.h"

#include "core/base/text.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <map>
#include <set>

namespace core {

namespace {

    constexpr const char* configName = "tokenizer_config.json";
    constexpr const char* listName = "added_tokens.json";

    std::string contentOf(const Json& token)
    {
        const Json& content = token.is_object() ? memberOrNull(token, "content") : token;
        return content.is_string() ? content.get<std::string>() : std::string();
    }

    /// All texts that the files name as special: bos_token …, additional_special_tokens.
    std::set<std::string> namedTokens(const TokenizerFiles& files)
    {
        std::set<std::string> names;
        for (const char* name : { "bos", "eos", "unk", "sep", "pad", "cls", "mask" })
            names.insert(namedToken(files, name));
        for (const Json* file : { &files.tokenizerConfig, &files.specialTokensMap })
            if (const Json& more = memberOrNull(*file, "additional_special_tokens");
                more.is_array())
                std::transform(
                    more.begin(), more.end(), std::inserter(names, names.end()), contentOf);
        names.erase("");
        return names;
    }

    struct AddedToken {
        std::string content;
        Json id;
        bool isSpecial = false;
    };

    /// A key of added_tokens_decoder as a number; itself if it is none.
    Json idOf(const std::string& key)
    {
        std::int64_t id = 0;
        const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), id);
        return error == std::errc() && end == key.data() + key.size() ? Json(id) : Json(key);
    }

    std::vector<AddedToken> decoderTokens(const Json& config)
    {
        std::vector<AddedToken> tokens;
        const Json& decoder = memberOrNull(config, "added_tokens_decoder");
        if (!decoder.is_object())
            return tokens;
        for (const auto& [key, token] : decoder.items())
            tokens.push_back(
                { contentOf(token), idOf(key), memberOrNull(token, "special") == true });
        return tokens;
    }

    std::vector<AddedToken> listTokens(const Json& list, const std::set<std::string>& special)
    {
        std::vector<AddedToken> tokens;
        if (!list.is_object())
            return tokens;
        for (const auto& [content, id] : list.items())
            tokens.push_back({ content, id, special.contains(content) });
        return tokens;
    }

    /// Puts tokens of one file into the list; what cannot be is said once for all of them.
    class AddedMerger {
    public:
        AddedMerger(TokenList& list, const char* file)
            : m_list(list)
            , m_file(file)
        {
        }

        void add(const AddedToken& token)
        {
            if (token.content.empty())
                return;
            const TokenType type = token.isSpecial || looksSpecial(token.content)
                ? TokenType::Control
                : TokenType::UserDefined;
            if (const int known = m_list.find(token.content); known >= 0) {
                if (m_list.type(std::size_t(known)) == TokenType::Normal)
                    m_list.setType(std::size_t(known), type);
                if (token.id != known)
                    refuse(text("token \"", token.content, "\" has id ", shownJson(token.id),
                        ", but ", known, " in tokenizer.json, which is kept"));
            } else if (const std::string why = m_list.complaint(token.id, token.content);
                       !why.empty()) {
                refuse(text(why, "; it is left out"));
            } else {
                m_list.set(token.id, token.content, type, addedScore);
            }
        }

        std::vector<std::string> notes() const
        {
            if (m_first.empty())
                return {};
            return { text(m_file, ": ", m_first,
                m_count > 1 ? text(" (and ", m_count - 1, " more like it)") : "") };
        }

    private:
        void refuse(const std::string& why)
        {
            if (m_count++ == 0)
                m_first = why;
        }

        TokenList& m_list;
        const char* m_file;
        std::string m_first;
        int m_count = 0;
    };

} // namespace

std::string namedToken(const TokenizerFiles& files, const char* name)
{
    const std::string key = text(name, "_token");
    const std::string own = contentOf(memberOrNull(files.tokenizerConfig, key.c_str()));
    return own.empty() ? contentOf(memberOrNull(files.specialTokensMap, key.c_str())) : own;
}

void readAddedTokens(TokenList& list, const Json& tokenizer, const std::string& place)
{
    const Json& added = memberOrNull(tokenizer, "added_tokens");
    if (!added.is_array())
        return;
    for (const Json& token : added) {
        const auto content = jsonValue<std::string>(token, "content", place);
        const bool isControl = memberOrNull(token, "special") == true || looksSpecial(content);
        list.set(memberOrNull(token, "id"), content,
            isControl ? TokenType::Control : TokenType::UserDefined, addedScore);
    }
}

std::vector<std::string> mergeAddedTokens(TokenList& list, const TokenizerFiles& files)
{
    const std::set<std::string> special = namedTokens(files);
    AddedMerger config(list, configName);
    for (const AddedToken& token : decoderTokens(files.tokenizerConfig))
        config.add(token);
    AddedMerger added(list, listName);
    for (const AddedToken& token : listTokens(files.addedTokens, special))
        added.add(token);
    for (const std::string& name : special)
        if (const int id = list.find(name);
            id >= 0 && list.type(std::size_t(id)) == TokenType::Normal)
            list.setType(std::size_t(id), TokenType::Control);
    std::vector<std::string> notes = config.notes();
    std::ranges::copy(added.notes(), std::back_inserter(notes));
    return notes;
}

} // namespace core
