// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/text.h"
#include "core/tokenizer/addedtokens.h"
#include "core/tokenizer/tokenizerjson.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace core {

namespace {

    // As gguf-py's SpecialVocab (llama.cpp, gguf-py/gguf/vocab.py) names and orders them.
    struct Special {
        const char* name; ///< in tokenizer_config.json and config.json
        const char* ggufKey;
    };
    constexpr std::array<Special, 6> specials = { {
        { "bos", "bos_token_id" },
        { "eos", "eos_token_id" },
        { "unk", "unknown_token_id" },
        { "sep", "seperator_token_id" }, // sic
        { "pad", "padding_token_id" },
        { "mask", "mask_token_id" },
    } };

    std::optional<std::int64_t> idOfText(const GgufMetadata& metadata, const std::string& token)
    {
        const auto* tokens = metadataArray<std::vector<std::string>>(
            metadata, "tokenizer.ggml.tokens", "an array of strings", "");
        const auto found = std::find(tokens->begin(), tokens->end(), token);
        return found == tokens->end() ? std::nullopt
                                      : std::optional<std::int64_t>(found - tokens->begin());
    }

    /// «name»_token_id of a config; the first of a list.
    std::optional<std::int64_t> idOfConfig(const Json& config, const char* name)
    {
        const Json& value = memberOrNull(config, text(name, "_token_id").c_str());
        const Json& id = value.is_array() && !value.empty() ? value.front() : value;
        return id.is_number_integer() ? std::optional(id.get<std::int64_t>()) : std::nullopt;
    }

    /// Whether the post-processor's template puts `token` first (or last); it may be one of
    /// several.
    bool templateAdds(const Json& processor, const std::string& token, bool first)
    {
        if (token.empty())
            return false;
        const Json& inner = memberOrNull(processor, "processors");
        for (const Json& step : inner.is_array() ? inner : Json::array())
            if (templateAdds(step, token, first))
                return true;
        const Json& single = memberOrNull(processor, "single");
        if (!single.is_array() || single.empty())
            return false;
        const Json& edge = first ? single.front() : single.back();
        return memberOrNull(memberOrNull(edge, "SpecialToken"), "id") == token;
    }

    /// The id of a special token, or why it has none (empty: nothing speaks of it).
    struct Resolved {
        std::optional<std::int64_t> id;
        std::string note;
    };

    Resolved resolve(
        const GgufMetadata& metadata, const TokenizerFiles& files, const char* name, int vocabulary)
    {
        if (const std::string token = namedToken(files, name); !token.empty()) {
            const auto id = idOfText(metadata, token);
            return { id,
                id ? ""
                   : text("The ", name, "_token is \"", token,
                       "\", which is no token of the vocabulary; it is left out") };
        }
        Resolved result;
        for (const Json* config : { &files.config, &files.generationConfig }) {
            const auto id = idOfConfig(*config, name);
            if (id && *id >= 0 && *id < vocabulary)
                return { id, "" };
            if (id && *id >= 0 && result.note.empty()) // −1 says that there is none
                result.note = text("The ", name, "_token_id is ", *id, ", expected 0 to ",
                    vocabulary - 1, "; it is left out");
        }
        return result;
    }

    /// add_«name»_token, by tokenizer_config.json or the template of tokenizer.json.
    std::optional<bool> isAdded(const TokenizerFiles& files, const char* name)
    {
        const Json& flag
            = memberOrNull(files.tokenizerConfig, text("add_", name, "_token").c_str());
        if (flag.is_boolean())
            return flag.get<bool>();
        const Json& processor = memberOrNull(files.tokenizer, "post_processor");
        const bool isFirst = std::string_view(name) == "bos";
        return templateAdds(processor, namedToken(files, name), isFirst) ? std::optional(true)
                                                                         : std::nullopt;
    }

} // namespace

std::vector<std::string> addSpecialTokens(
    GgufMetadata& metadata, const TokenizerFiles& files, int vocabulary)
{
    std::vector<std::string> notes;
    for (const Special& special : specials) {
        const Resolved resolved = resolve(metadata, files, special.name, vocabulary);
        if (resolved.id)
            metadata.set(text("tokenizer.ggml.", special.ggufKey), std::uint32_t(*resolved.id));
        else if (!resolved.note.empty())
            notes.push_back(resolved.note);
    }
    for (const char* name : { "bos", "eos" }) {
        const auto added = isAdded(files, name);
        if (!added)
            continue;
        const bool isThere = metadata.find(text("tokenizer.ggml.", name, "_token_id"));
        metadata.set(text("tokenizer.ggml.add_", name, "_token"), *added && isThere);
        if (*added && !isThere)
            notes.push_back(text("The flag add_", name, "_token is true, but there is no ", name,
                " token; none is added to texts"));
    }
    if (const Json& flag = memberOrNull(files.tokenizerConfig, "add_prefix_space");
        flag.is_boolean())
        metadata.set("tokenizer.ggml.add_space_prefix", flag.get<bool>());
    return notes;
}

} // namespace core
