// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/text.h"
#include "core/tokenizer/tokenizerjson.h"

#include <nlohmann/json.hpp>

#include <array>

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

    /// The text of a token in tokenizer_config.json: "<s>" or {"content": "<s>", …}; empty: none.
    std::string namedToken(const TokenizerFiles& files, const char* name)
    {
        const Json& token = memberOrNull(files.tokenizerConfig, text(name, "_token").c_str());
        const Json& content = token.is_object() ? memberOrNull(token, "content") : token;
        return content.is_string() ? content.get<std::string>() : std::string();
    }

    std::optional<std::int64_t> idOfAdded(const Json& tokenizer, const std::string& content)
    {
        const Json& added = memberOrNull(tokenizer, "added_tokens");
        for (const Json& token : added.is_array() && !content.empty() ? added : Json::array())
            if (const Json& id = memberOrNull(token, "id");
                memberOrNull(token, "content") == content && id.is_number_integer())
                return id.get<std::int64_t>();
        return std::nullopt;
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

} // namespace

void addSpecialTokens(GgufMetadata& metadata, const TokenizerFiles& files, int vocabulary)
{
    for (const Special& special : specials) {
        for (const auto& id : { idOfAdded(files.tokenizer, namedToken(files, special.name)),
                 idOfConfig(files.config, special.name),
                 idOfConfig(files.generationConfig, special.name) }) {
            if (!id || *id < 0 || *id >= vocabulary)
                continue;
            metadata.set(text("tokenizer.ggml.", special.ggufKey), std::uint32_t(*id));
            break;
        }
    }
    const Json& processor = memberOrNull(files.tokenizer, "post_processor");
    for (const char* name : { "bos", "eos" }) {
        const bool isFirst = name[0] == 'b';
        const std::string key = text("tokenizer.ggml.add_", name, "_token");
        const Json& flag
            = memberOrNull(files.tokenizerConfig, text("add_", name, "_token").c_str());
        if (flag.is_boolean())
            metadata.set(key, flag.get<bool>());
        else if (templateAdds(processor, namedToken(files, name), isFirst))
            metadata.set(key, true);
    }
    if (const Json& flag = memberOrNull(files.tokenizerConfig, "add_prefix_space");
        flag.is_boolean())
        metadata.set("tokenizer.ggml.add_space_prefix", flag.get<bool>());
}

} // namespace core
