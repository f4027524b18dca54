// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/config.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/model/architecture.h"
#include "core/model/configkeys.h"
#include "core/model/lookedat.h"
#include "core/model/ropescaling.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <initializer_list>

namespace core {

const Architecture* ModelConfig::known() const { return findArchitecture(architecture); }

namespace {

    std::string firstClass(const ConfigKeys& keys)
    {
        const auto names = keys.json().find("architectures");
        if (names == keys.json().end() || !names->is_array() || names->empty())
            return {};
        if (!names->front().is_string())
            throw Error(text(keys.place(), ": architectures is ", names->dump().substr(0, 100),
                ", expected a list of names"));
        return names->front().get<std::string>();
    }

    /// Activations of config.json, in transformers' words.
    bool isActivation(std::string_view word, Activation activation)
    {
        switch (activation) {
        case Activation::Silu:
        case Activation::ClampedSwish:
            return word == "silu" || word == "swish";
        case Activation::GeluTanh:
            return word == "gelu_pytorch_tanh" || word == "gelu_new" || word == "gelu_fast"
                || word == "gelu_tanh";
        case Activation::Gelu:
            return word == "gelu";
        }
        return false;
    }

    std::string activationWord(Activation activation)
    {
        return activation == Activation::Silu || activation == Activation::ClampedSwish ? "silu"
            : activation == Activation::Gelu                                            ? "gelu"
                                             : "gelu_pytorch_tanh";
    }

    void readHeads(const ConfigKeys& keys, ModelConfig& model)
    {
        model.heads = keys.sizeOf("num_attention_heads", "n_head");
        model.keyValueHeads = keys.size("num_key_value_heads", model.heads);
        if (!keys.has("head_dim") && model.hidden % model.heads != 0)
            throw Error(text(keys.place(), ": hidden_size is ", model.hidden,
                " and num_attention_heads ", model.heads, ", expected a multiple, or a head_dim"));
        model.headDim = keys.size("head_dim", std::max(1, model.hidden / model.heads));
    }

    /// What the layers' shapes must satisfy.
    void checkHeads(const ModelConfig& config, const std::string& place)
    {
        if (config.heads % config.keyValueHeads != 0)
            throw Error(
                text(place, ": num_attention_heads is ", config.heads, " and num_key_value_heads ",
                    config.keyValueHeads, ", expected the first to be a multiple of the second"));
        if (config.headDim % 2 != 0)
            throw Error(text(place, ": head_dim is ", config.headDim,
                ", expected an even number, as the rotary embedding pairs channels"));
        for (const int keyHeads : config.keyValueHeadsOf)
            if (keyHeads < 1 || config.heads % keyHeads != 0)
                throw Error(text(place, ": num_attention_heads is ", config.heads,
                    " and a layer has ", keyHeads,
                    " key/value heads, expected the first to be a multiple of the second"));
        if (config.localHeadDim % 2 != 0
            || std::int64_t(config.heads) * config.localHeadDim > largestModelSize)
            throw Error(text(place, ": head_dim is ", config.localHeadDim,
                ", expected an even number and at most ", largestModelSize, " in all heads"));
        if (std::int64_t(config.heads) * config.headDim > largestModelSize)
            throw Error(text(place, ": num_attention_heads × head_dim is ",
                std::int64_t(config.heads) * config.headDim, ", expected at most ",
                largestModelSize));
    }

    double epsilonOf(const ConfigKeys& keys)
    {
        for (const char* key :
            { "rms_norm_eps", "layer_norm_epsilon", "layer_norm_eps", "norm_epsilon", "norm_eps" })
            if (keys.has(key))
                return keys.positive(key);
        return 1e-6;
    }

    int contextOf(const ConfigKeys& keys)
    {
        for (const char* key : { "max_position_embeddings", "n_positions", "n_ctx", "max_seq_len" })
            if (keys.has(key))
                return keys.size(key);
        return 2048; // LlamaConfig's default
    }

    void readShape(const ConfigKeys& keys, const Architecture& architecture, ModelConfig& model)
    {
        model.layers = keys.has("num_hidden_layers") || !keys.has("n_layer")
            ? keys.size("num_hidden_layers", 0, largestModelDepth)
            : keys.size("n_layer", 0, largestModelDepth);
        model.hidden = keys.sizeOf("hidden_size", "n_embd");
        readHeads(keys, model);
        const bool isFourfold = !keys.has("intermediate_size") && !architecture.isGated;
        model.feedForward = isFourfold ? keys.size("n_inner", 4 * std::int64_t(model.hidden))
            : !keys.has("intermediate_size") && keys.has("moe_intermediate_size")
            ? keys.size("moe_intermediate_size")
            : !keys.has("intermediate_size") && keys.has("block_ff_dim")
            ? keys.size("block_ff_dim") // LFM2's first ones
            : keys.size("intermediate_size");
        model.vocabulary = keys.size("vocab_size");
        model.context = contextOf(keys);
        model.normEpsilon = float(epsilonOf(keys));
    }

    /// Throws for switches that change the computation to one Quantscope does not do.
    void checkSwitches(const ConfigKeys& keys, const Architecture& architecture, ModelConfig& model)
    {
        for (const char* key : { "hidden_act", "hidden_activation", "activation_function" }) {
            if (!keys.has(key))
                continue;
            const std::string word = keys.word(key, "");
            const bool isTanh = word == "gelu" && architecture.plainGeluIsTanh;
            if (!isActivation(word, architecture.activation) && !isTanh)
                model.notComputed = text(keys.place(), ": ", key, " is ", word.substr(0, 100),
                    ", expected ", activationWord(architecture.activation));
        }
    }

    /// The number under the first of the keys that is there; 0: none is.
    int firstSize(const ConfigKeys& keys, std::initializer_list<const char*> names)
    {
        for (const char* name : names)
            if (keys.has(name))
                return keys.size(name);
        return 0;
    }

    void readExperts(const ConfigKeys& keys, const Architecture& architecture, ModelConfig& model)
    {
        model.experts = firstSize(keys, { "num_local_experts", "num_experts", "n_routed_experts" });
        if (model.experts == 0)
            return;
        model.expertsUsed
            = firstSize(keys, { "num_experts_per_tok", "experts_per_token", "top_k_experts" });
        if (!architecture.mayHaveExperts)
            model.notComputed = text(keys.place(), ": has ", model.experts,
                " experts, which Quantscope does not compute for ", architecture.title);
        if (model.expertsUsed < 1 || model.expertsUsed > model.experts)
            throw Error(text(keys.place(), ": num_experts_per_tok is ", model.expertsUsed,
                ", expected 1 to ", model.experts, ", the number of experts"));
        model.expertSize = firstSize(keys, { "moe_intermediate_size" });
        model.sharedSize = firstSize(keys, { "shared_expert_intermediate_size" });
        model.normalizesExperts = keys.flag("norm_topk_prob", architecture.normalizesExperts);
    }

    ModelConfig knownFromJson(const ConfigKeys& keys, const Architecture& architecture)
    {
        ModelConfig model;
        model.architecture = architecture.name;
        readShape(keys, architecture, model);
        if (architecture.alwaysTied)
            model.tiedHead = true;
        else
            model.tiedHead = keys.flag("tie_word_embeddings", false);
        checkSwitches(keys, architecture, model);
        readRope(keys, model);
        readExperts(keys, architecture, model);
        if (architecture.readJson)
            architecture.readJson(keys, model);
        noteUnknownTurns(model);
        checkHeads(model, keys.place());
        model.rotary = architecture.permutesHeads ? RotaryLayout::Halves : architecture.rotary;
        return model;
    }

} // namespace

ModelConfig configFromJson(const Json& config, const std::string& place)
{
    if (!config.is_object())
        throw Error(text(place, ": found ", config.type_name(), ", expected an object"));
    Json merged = textPart(config);
    const ConfigKeys given(merged, place);
    const std::string className = firstClass(given);
    const std::string modelType = className.empty()
        ? jsonValue<std::string>(merged, "model_type", place)
        : given.word("model_type", "");
    const Architecture* architecture = findHuggingArchitecture(className, modelType);
    if (!architecture)
        return lookedAt(config,
            text(place, ": the architecture is ",
                (className.empty() ? modelType : className).substr(0, 100),
                ", which Quantscope does not compute: its tensors can be looked at"));
    if (architecture->defaults.empty())
        return knownFromJson(given, *architecture);
    Json filled = parseJson(architecture->defaults, place);
    filled.update(merged);
    return knownFromJson(ConfigKeys(filled, place), *architecture);
}

} // namespace core
