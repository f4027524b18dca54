// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/tokenizerjson.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/tokenizer/pretokenizersets.h"
#include "core/tokenizer/vocabulary.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace core {

namespace {

    /// Tokens that convert_hf_to_gguf.py takes for control tokens although they are not marked so.
    bool looksSpecial(std::string_view token)
    {
        const auto isBetween = [&](std::string_view first, std::string_view last) {
            return token.starts_with(first) && token.ends_with(last);
        };
        return token == "<pad>" || token == "<mask>" || token == "<2mass>" || token == "[@BOS@]"
            || isBetween("<|", "|>") || isBetween("<｜", "｜>") || isBetween("<unused", ">");
    }

    /// Tokens and types by id, "" where none was set.
    struct TokenList {
        std::vector<std::string> tokens;
        std::vector<std::int32_t> types;
        std::string place;

        void set(const Json& id, const std::string& token, TokenType type)
        {
            if (!id.is_number_integer() || id < 0 || id >= tokens.size())
                throw Error(text(place, ": token \"", token, "\" has id ", shownJson(id),
                    ", expected 0 to ", tokens.size() - 1, " (the model has ", tokens.size(),
                    " rows of embedding)"));
            const auto i = id.get<std::size_t>();
            if (!tokens[i].empty() && tokens[i] != token)
                throw Error(text(place, ": tokens \"", tokens[i], "\" and \"", token,
                    "\" both have id ", i, ", expected one token an id"));
            tokens[i] = token;
            types[i] = std::int32_t(type);
        }
    };

    void requireByteLevelBpe(const Json& tokenizer, const std::string& place)
    {
        const Json& model = memberOrNull(tokenizer, "model");
        const Json& type = memberOrNull(model, "type");
        if (type != "BPE" && !(type.is_null() && model.contains("merges")))
            throw Error(text(
                place, ": the model's type is ", shownJson(type), ", expected \"BPE\" on bytes"));
        for (const char* key : { "continuing_subword_prefix", "end_of_word_suffix" })
            if (const Json& affix = memberOrNull(model, key); !affix.is_null() && affix != "")
                throw Error(text(place, ": ", key, " is ", shownJson(affix),
                    ", expected none, as in BPE on bytes"));
        if (memberOrNull(model, "byte_fallback") == true)
            throw Error(text(place,
                ": byte_fallback is true (a SentencePiece vocabulary), "
                "expected BPE on bytes"));
        if (!memberOrNull(model, "vocab").is_object())
            throw Error(text(place, ": model.vocab is ", memberOrNull(model, "vocab").type_name(),
                ", expected an object of tokens and their ids"));
    }

    void readAddedTokens(TokenList& list, const Json& tokenizer)
    {
        const Json& added = memberOrNull(tokenizer, "added_tokens");
        if (!added.is_array())
            return;
        for (const Json& token : added) {
            const auto content = jsonValue<std::string>(token, "content", list.place);
            const bool isControl = memberOrNull(token, "special") == true || looksSpecial(content);
            list.set(memberOrNull(token, "id"), content,
                isControl ? TokenType::Control : TokenType::UserDefined);
        }
    }

    /// A part of a merge; a space in it would be taken for the one between the parts.
    std::string mergePart(const Json& part, std::size_t rank, const std::string& place)
    {
        if (!part.is_string())
            throw Error(text(
                place, ": merge ", rank, " has a part ", shownJson(part), ", expected a string"));
        std::string result;
        for (const char c : part.get_ref<const std::string&>())
            result += c == ' ' ? "Ġ" : std::string(1, c);
        return result;
    }

    std::vector<std::string> readMerges(const Json& model, const std::string& place)
    {
        const Json& merges = memberOrNull(model, "merges");
        if (!merges.is_array())
            throw Error(text(
                place, ": model.merges is ", merges.type_name(), ", expected an array of merges"));
        std::vector<std::string> result;
        result.reserve(merges.size());
        for (const Json& merge : merges) {
            const std::size_t rank = result.size();
            if (merge.is_string())
                result.push_back(merge.get<std::string>());
            else if (merge.is_array() && merge.size() == 2)
                result.push_back(
                    text(mergePart(merge[0], rank, place), " ", mergePart(merge[1], rank, place)));
            else
                throw Error(text(place, ": merge ", rank, " is ", shownJson(merge),
                    ", expected \"a b\" or [\"a\", \"b\"]"));
        }
        return result;
    }

} // namespace

const Json& memberOrNull(const Json& object, const char* key)
{
    static const Json null;
    if (!object.is_object())
        return null;
    const auto found = object.find(key);
    return found == object.end() ? null : *found;
}

GgufMetadata vocabularyMetadata(const Json& tokenizer, int vocabulary, const std::string& place)
{
    requireByteLevelBpe(tokenizer, place);
    const std::string pre = pretokenizerName(tokenizer, place);
    const auto count = std::size_t(std::max(vocabulary, 1));
    TokenList list{ std::vector<std::string>(count),
        std::vector<std::int32_t>(count, std::int32_t(TokenType::Unused)), place };
    const Json& model = tokenizer["model"];
    for (const auto& [token, id] : model["vocab"].items())
        list.set(id, token, TokenType::Normal);
    readAddedTokens(list, tokenizer);
    for (std::size_t i = 0; i < count; ++i)
        if (list.types[i] == std::int32_t(TokenType::Unused))
            list.tokens[i] = text("[PAD", i, "]");

    GgufMetadata metadata;
    metadata.set("tokenizer.ggml.model", std::string("gpt2"));
    metadata.set("tokenizer.ggml.pre", pre);
    metadata.set("tokenizer.ggml.tokens", GgufArray(std::move(list.tokens)));
    metadata.set("tokenizer.ggml.token_type", GgufArray(std::move(list.types)));
    metadata.set("tokenizer.ggml.merges", GgufArray(readMerges(model, place)));
    return metadata;
}

} // namespace core
