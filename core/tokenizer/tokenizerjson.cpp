// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/tokenizerjson.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/tokenizer/addedtokens.h"
#include "core/tokenizer/pretokenizername.h"
#include "core/tokenizer/tokenlist.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace core {

namespace {

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

} // namespace

std::vector<std::string> readMerges(const Json& model, const std::string& place)
{
    const Json& merges = memberOrNull(model, "merges");
    if (!merges.is_array())
        throw Error(
            text(place, ": model.merges is ", merges.type_name(), ", expected an array of merges"));
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

const Json& memberOrNull(const Json& object, const char* key)
{
    static const Json null;
    if (!object.is_object())
        return null;
    const auto found = object.find(key);
    return found == object.end() ? null : *found;
}

bool flagOr(const Json& object, const char* key, bool fallback)
{
    const Json& value = memberOrNull(object, key);
    return value.is_boolean() ? value.get<bool>() : fallback;
}

std::string stringOr(const Json& object, const char* key, const char* fallback)
{
    const Json& value = memberOrNull(object, key);
    return value.is_string() ? value.get<std::string>() : fallback;
}

NotedMetadata vocabularyMetadata(
    const TokenizerFiles& files, int vocabulary, const std::string& place)
{
    const Json& model = memberOrNull(files.tokenizer, "model");
    if (!memberOrNull(model, "vocab").is_object())
        throw Error(text(place, ": model.vocab is ", memberOrNull(model, "vocab").type_name(),
            ", expected an object of tokens and their ids"));
    const PretokenizerName pre = pretokenizerName(files.tokenizer, place);
    TokenList list(std::size_t(std::max(vocabulary, 1)), place);
    for (const auto& [token, id] : model["vocab"].items())
        list.set(id, token, TokenType::Normal);
    readAddedTokens(list, files.tokenizer, place);

    NotedMetadata result;
    result.notes = mergeAddedTokens(list, files);
    if (!pre.note.empty())
        result.notes.push_back(pre.note);
    result.pairs.set("tokenizer.ggml.model", std::string("gpt2"));
    result.pairs.set("tokenizer.ggml.pre", pre.name);
    result.pairs.set("tokenizer.ggml.tokens", GgufArray(list.tokens()));
    result.pairs.set("tokenizer.ggml.token_type", GgufArray(list.types()));
    result.pairs.set("tokenizer.ggml.merges", GgufArray(readMerges(model, place)));
    return result;
}

} // namespace core
