// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/text.h"
#include "core/tokenizer/addedtokens.h"
#include "core/tokenizer/pretokenizersets.h"
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
    constexpr std::array<Special, 7> specials = { {
        { "bos", "bos_token_id" },
        { "eos", "eos_token_id" },
        { "unk", "unknown_token_id" },
        { "sep", "seperator_token_id" }, // sic
        { "pad", "padding_token_id" },
        { "cls", "cls_token_id" },
        { "mask", "mask_token_id" },
    } };

    /// Ids that convert_hf_to_gguf.py gives tokens of one kind of model.
    struct Fixed {
        const char* architecture; ///< the end of its Hugging Face name
        std::int64_t tokens; ///< of the vocabulary, 0: whatever
        const char* ggufKey;
        std::uint32_t id;
    };
    constexpr Fixed fixed[] = {
        { "LlamaForCausalLM", 32016, "prefix_token_id", 32007 }, // Code Llama
        { "LlamaForCausalLM", 32016, "suffix_token_id", 32008 },
        { "LlamaForCausalLM", 32016, "middle_token_id", 32009 },
        { "LlamaForCausalLM", 32016, "eot_token_id", 32010 },
        { "GemmaForCausalLM", 0, "prefix_token_id", 67 },
        { "GemmaForCausalLM", 0, "suffix_token_id", 69 },
        { "GemmaForCausalLM", 0, "middle_token_id", 68 },
        { "GemmaForCausalLM", 0, "eot_token_id", 107 },
    };

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

    /// What the post-processor puts around a text.
    struct Added {
        bool isKnown = false; ///< there is a template or its like; an edge without a token has none
        std::string first, last;
    };

    std::string tokenOf(const Json& edge)
    {
        return stringOr(memberOrNull(edge, "SpecialToken"), "id", "");
    }

    /// Of several processors the last that adds something decides.
    Added addedBy(const Json& processor)
    {
        const Json& type = memberOrNull(processor, "type");
        const Json& inner = memberOrNull(processor, "processors");
        Added added;
        for (const Json& step : inner.is_array() ? inner : Json::array())
            if (const Added more = addedBy(step); more.isKnown)
                added = more;
        const auto pairOf = [&](const char* key) { // ["</s>", 2]
            const Json& pair = memberOrNull(processor, key);
            return pair.is_array() && !pair.empty() && pair[0].is_string()
                ? pair[0].get<std::string>()
                : std::string();
        };
        const Json& single = memberOrNull(processor, "single");
        if (type == "RobertaProcessing" || type == "BertProcessing")
            added = { true, pairOf("cls"), pairOf("sep") };
        else if (type == "TemplateProcessing" && single.is_array() && single.size() > 1)
            added = { true, tokenOf(single.front()), tokenOf(single.back()) };
        return added;
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

    /// add_«name»_token: what the template of tokenizer.json says, else tokenizer_config.json.
    std::optional<bool> isAdded(const TokenizerFiles& files, const char* name)
    {
        const Added added = addedBy(memberOrNull(files.tokenizer, "post_processor"));
        const bool isBos = std::string_view(name) == "bos";
        if (!(isBos ? added.first : added.last).empty())
            return true;
        const Json& flag
            = memberOrNull(files.tokenizerConfig, text("add_", name, "_token").c_str());
        if (flag.is_boolean())
            return flag.get<bool>();
        return added.isKnown ? std::optional(false) : std::nullopt;
    }

    void setId(GgufMetadata& metadata, const char* key, std::int64_t id)
    {
        metadata.set(text("tokenizer.ggml.", key), std::uint32_t(id));
    }

    /// The tokens of the template where they are others than those named: a text then begins and
    /// ends with them, and a named EOS only ends a turn (EOT).
    void addTemplateTokens(GgufMetadata& metadata, const TokenizerFiles& files)
    {
        const Added added = addedBy(memberOrNull(files.tokenizer, "post_processor"));
        const auto idOf = [&](const std::string& token) {
            return token.empty() ? -1 : idOfText(metadata, token).value_or(-1);
        };
        const std::int64_t first = idOf(added.first);
        const std::int64_t last = idOf(added.last);
        const std::int64_t eos = idOf(namedToken(files, "eos"));
        if (first >= 0)
            setId(metadata, "bos_token_id", first);
        if (last >= 0)
            setId(metadata, "eos_token_id", last);
        if (last >= 0 && eos >= 0 && last != eos)
            setId(metadata, "eot_token_id", eos);
    }

    void addFixedTokens(GgufMetadata& metadata, const Json& config, int vocabulary)
    {
        const Json& names = memberOrNull(config, "architectures");
        if (!names.is_array() || names.empty() || !names[0].is_string())
            return;
        for (const Fixed& token : fixed)
            if (names[0] == token.architecture
                && (token.tokens == 0 ? std::int64_t(token.id) < vocabulary
                                      : token.tokens == vocabulary))
                setId(metadata, token.ggufKey, token.id);
    }

} // namespace

std::vector<std::string> addSpecialTokens(
    GgufMetadata& metadata, const TokenizerFiles& files, int vocabulary)
{
    std::vector<std::string> notes;
    for (const Special& special : specials) {
        const Resolved resolved = resolve(metadata, files, special.name, vocabulary);
        if (resolved.id)
            setId(metadata, special.ggufKey, *resolved.id);
        else if (!resolved.note.empty())
            notes.push_back(resolved.note);
    }
    addTemplateTokens(metadata, files);
    addFixedTokens(metadata, files.config, vocabulary);
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
    const PretokenizerSet* set
        = findPretokenizerSet(metadataString(metadata, "tokenizer.ggml.pre"));
    if (set && set->addsBos && !metadata.find("tokenizer.ggml.add_bos_token"))
        metadata.set("tokenizer.ggml.add_bos_token", false); // llama.cpp would add one
    if (metadataString(metadata, "tokenizer.ggml.model") == "gemma4"
        && metadata.find("tokenizer.ggml.bos_token_id"))
        metadata.set("tokenizer.ggml.add_bos_token", true); // llama.cpp takes no other value
    return notes;
}

} // namespace core
