// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/model/configkeys.h"
#include "core/model/families.h"
#include "core/model/ropescaling.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace core::families {

namespace {

    constexpr int gemma4Pattern = 6; // layers, of which the last sees everything

    bool isGemma4Local(int layer) { return (layer + 1) % gemma4Pattern != 0; }

    /// Layers that see everything have heads of their own: one number for all of them, or the same
    /// in each of per_layer_config. 0: they have none.
    int globalSize(const ConfigKeys& keys, const ModelConfig& config, const char* key,
        const char* keyOfLayer, int fallback)
    {
        if (keys.has(key))
            return keys.size(key);
        const Json* layers = keys.part("per_layer_config");
        if (!layers || !layers->is_object())
            return fallback;
        for (int layer = 0; layer < config.layers; ++layer) {
            const auto own = layers->find(std::to_string(layer));
            if (config.windowed[std::size_t(layer)] || own == layers->end() || !own->is_object())
                continue;
            const ConfigKeys inside(*own, keys.place());
            if (inside.has(keyOfLayer))
                return inside.size(keyOfLayer);
        }
        return fallback;
    }

    void readGlobalHeads(const ConfigKeys& keys, ModelConfig& config)
    {
        config.localHeadDim = config.headDim;
        config.headDim = globalSize(keys, config, "global_head_dim", "head_dim", 512);
        const bool sharesProjection = keys.flag("attention_k_eq_v", false);
        const int keyHeads
            = globalSize(keys, config, "num_global_key_value_heads", "num_key_value_heads", 0);
        for (int layer = 0; layer < config.layers; ++layer) {
            const bool isGlobal = !config.windowed[std::size_t(layer)];
            config.withoutValues.push_back(isGlobal && sharesProjection);
            if (keyHeads > 0 && (sharesProjection || !keys.has("num_global_key_value_heads")))
                config.keyValueHeadsOf.push_back(isGlobal ? keyHeads : config.keyValueHeads);
        }
        const Json* rope = keys.part("rope_parameters");
        if (!rope) { // as its config class fills it in
            config.ropeBase = 1e6;
            config.localRopeBase = 1e4;
            return turnShare(0.25, config);
        }
        if (!rope->is_object() || !rope->contains("full_attention"))
            return;
        const ConfigKeys inside(jsonPart(*rope, "full_attention", keys.place()), keys.place());
        if (inside.word("rope_type", "default") == "proportional")
            turnShare(inside.positive("partial_rotary_factor", 1), config);
    }

    /// Of layers that take keys of earlier ones there must be an earlier one that makes them.
    void checkShared(ModelConfig& config, const std::string& place)
    {
        const int first = config.layers - config.sharedKeyLayers;
        const auto begin = config.windowed.begin();
        for (int layer = first; layer < config.layers; ++layer)
            if (std::find(begin, begin + first, config.windowed[std::size_t(layer)])
                == begin + first)
                throw Error(text(place, ": the last ", config.sharedKeyLayers,
                    " layers share keys, but no layer before them of the kind of layer ", layer,
                    " makes any"));
        const auto isGlobal
            = [&](int layer) { return layer >= 0 && !config.windowed[std::size_t(layer)]; };
        if (config.sharedKeyLayers > 0 && !(isGlobal(first - 1) && !isGlobal(first - 2)))
            config.differences.push_back(
                "llama.cpp takes the last two layers before those that share keys for one that "
                "sees its window and one that sees everything: it will compute otherwise");
    }

    void checkPerLayer(const ModelConfig& config, const std::string& place)
    {
        if (std::int64_t(config.perLayerSize) * config.layers > largestModelSize)
            throw Error(text(place, ": each of ", config.layers, " layers has ",
                config.perLayerSize, " channels of an input of its own, expected at most ",
                largestModelSize, " in all"));
    }

    int sharedLayers(double found, const ModelConfig& config, const std::string& place)
    {
        if (!(found >= 0 && found < config.layers) || found != std::floor(found))
            throw Error(
                text(place, ": ", found, " layers share keys, expected 0 to ", config.layers - 1));
        return int(found);
    }

    void setScales(ModelConfig& config)
    {
        config.embeddingScale = double(std::sqrt(float(config.hidden)));
        config.attentionScale = 1;
    }

    void readGemma4(const ConfigKeys& keys, ModelConfig& config)
    {
        setScales(config);
        setWindows(
            keys.words("layer_types"), keys.size("sliding_window", 512), isGemma4Local, config);
        config.windowed.back() = false; // as transformers has it
        readGlobalHeads(keys, config);
        if (keys.has("final_logit_softcapping"))
            config.finalCap = keys.positive("final_logit_softcapping");
        if (keys.has("hidden_size_per_layer_input")
            && keys.number("hidden_size_per_layer_input", 0) != 0)
            config.perLayerSize = keys.size("hidden_size_per_layer_input");
        checkPerLayer(config, keys.place());
        config.sharedKeyLayers
            = sharedLayers(keys.number("num_kv_shared_layers", 0), config, keys.place());
        checkShared(config, keys.place());
        if (keys.flag("use_double_wide_mlp", false))
            for (int layer = 0; layer < config.layers; ++layer)
                config.feedForwardOf.push_back(layer < config.layers - config.sharedKeyLayers
                        ? config.feedForward
                        : 2 * config.feedForward);
        if (!config.feedForwardOf.empty()) // the largest, as where a GGUF has sizes of layers
            config.feedForward = *std::ranges::max_element(config.feedForwardOf);
        if (!keys.flag("enable_moe_block", false))
            config.experts = 0;
        if (keys.word("use_bidirectional_attention", "") == "all")
            config.notComputed = text(keys.place(),
                ": use_bidirectional_attention is all, which Quantscope does not compute");
    }

    void readGemma4Gguf(const GgufKeys& keys, ModelConfig& config)
    {
        setScales(config);
        setWindows({}, keys.required("attention.sliding_window"), isGemma4Local, config);
        const auto pattern = keys.perLayer("attention.sliding_window_pattern", config.layers);
        if (pattern.empty())
            throw Error(text(keys.place(), ": ", keys.full("attention.sliding_window_pattern"),
                " is missing, expected true or false for each layer"));
        for (std::size_t layer = 0; layer < pattern.size(); ++layer)
            config.windowed[layer] = pattern[layer] != 0;
        config.localHeadDim = keys.required("attention.key_length_swa");
        if (keys.required("attention.value_length_swa") != config.localHeadDim
            || config.localHeadDim % 2 != 0)
            throw Error(text(keys.place(), ": ", keys.full("attention.key_length_swa"), " is ",
                config.localHeadDim, ", expected an even number and ",
                keys.full("attention.value_length_swa"), " the same"));
        if (std::int64_t(config.heads) * config.localHeadDim > largestModelSize)
            throw Error(text(keys.place(), ": ", keys.full("attention.key_length_swa"), " is ",
                config.localHeadDim, ", expected at most ", largestModelSize, " in all heads"));
        const int turned = keys.size("rope.dimension_count_swa").value_or(config.localHeadDim);
        if (turned > config.localHeadDim || turned % 2 != 0)
            throw Error(text(keys.place(), ": ", keys.full("rope.dimension_count_swa"), " is ",
                turned, ", expected an even number and at most ", config.localHeadDim));
        config.localRotaryChannels = turned == config.localHeadDim ? 0 : turned;
        config.localRopeBase = keys.positive("rope.freq_base_swa").value_or(10000);
        config.finalCap = keys.positive("final_logit_softcapping").value_or(0);
        if (keys.number("embedding_length_per_layer_input").value_or(0) != 0)
            config.perLayerSize = keys.required("embedding_length_per_layer_input");
        checkPerLayer(config, keys.place());
        config.sharedKeyLayers = sharedLayers(
            keys.number("attention.shared_kv_layers").value_or(0), config, keys.place());
        checkShared(config, keys.place());
    }

    void writeGemma4(const ModelConfig& config, GgufMetadata& metadata)
    {
        const auto key = [](const char* name) { return text("gemma4.", name); };
        const auto size
            = [&](const char* name, int value) { metadata.set(key(name), std::uint32_t(value)); };
        const auto sizes = [&](const char* name, const std::vector<int>& values) {
            if (!values.empty())
                metadata.set(
                    key(name), GgufArray(std::vector<std::int32_t>(values.begin(), values.end())));
        };
        sizes("feed_forward_length", config.feedForwardOf);
        sizes("attention.head_count_kv", config.keyValueHeadsOf);
        size("attention.key_length", config.headDim);
        size("attention.value_length", config.headDim);
        size("attention.key_length_swa", config.localHeadDim);
        size("attention.value_length_swa", config.localHeadDim);
        size("rope.dimension_count_swa",
            config.localRotaryChannels > 0 ? config.localRotaryChannels : config.localHeadDim);
        metadata.set(key("rope.freq_base_swa"),
            float(config.localRopeBase > 0 ? config.localRopeBase : config.ropeBase));
        size("attention.sliding_window", config.window);
        metadata.set(key("attention.sliding_window_pattern"), GgufArray(config.windowed));
        size("attention.shared_kv_layers", config.sharedKeyLayers);
        size("embedding_length_per_layer_input", config.perLayerSize);
        if (config.finalCap != 0)
            metadata.set(key("final_logit_softcapping"), float(config.finalCap));
    }

    constexpr std::array gemma4Classes{ std::string_view("Gemma4ForConditionalGeneration"),
        std::string_view("Gemma4ForCausalLM"),
        std::string_view("Gemma4UnifiedForConditionalGeneration") };
    constexpr std::array gemma4Types{ std::string_view("gemma4"), std::string_view("gemma4_text"),
        std::string_view("gemma4_unified"), std::string_view("gemma4_unified_text") };

    constexpr std::array gemma4Names{
        HuggingName{ Role::TokenEmbdPerLayer, "model.embed_tokens_per_layer.weight" },
        HuggingName{ Role::PerLayerModelProj, "model.per_layer_model_projection.weight" },
        HuggingName{ Role::PerLayerProjNorm, "model.per_layer_projection_norm.weight" },
        HuggingName{ Role::PostAttentionNorm, "post_attention_layernorm.weight" },
        HuggingName{ Role::FfnNorm, "pre_feedforward_layernorm.weight" },
        HuggingName{ Role::PostFfwNorm, "post_feedforward_layernorm.weight" },
        HuggingName{ Role::FfnGateInp, "router.proj.weight" },
        HuggingName{ Role::FfnGateInpScale, "router.scale" },
        HuggingName{ Role::FfnDownExpsScale, "router.per_expert_scale" },
        HuggingName{ Role::FfnGateUpExps, "experts.gate_up_proj", Arrangement::AsItIs },
        HuggingName{ Role::FfnDownExps, "experts.down_proj", Arrangement::AsItIs },
        HuggingName{ Role::PreFfwNorm2, "pre_feedforward_layernorm_2.weight" },
        HuggingName{ Role::PostFfwNorm1, "post_feedforward_layernorm_1.weight" },
        HuggingName{ Role::PostFfwNorm2, "post_feedforward_layernorm_2.weight" },
        HuggingName{ Role::PerLayerInpGate, "per_layer_input_gate.weight" },
        HuggingName{ Role::PerLayerProj, "per_layer_projection.weight" },
        HuggingName{ Role::PerLayerPostNorm, "post_per_layer_input_norm.weight" },
        HuggingName{ Role::LayerOutputScale, "layer_scalar" },
    };

} // namespace

const Architecture gemma4{
    .name = "gemma4",
    .title = "Gemma 4",
    .classes = gemma4Classes,
    .modelTypes = gemma4Types,
    .normsAfter = true,
    .queryKeyNorm = QueryKeyNorm::Head,
    .activation = Activation::GeluTanh,
    .mayHaveExperts = true,
    .mayFuseExperts = true,
    .alwaysTied = true,
    .holdsDivisors = true,
    .plainGeluIsTanh = true,
    .normsValues = true,
    .variesByLayer = true,
    .mayLackValues = true,
    .mayScaleOutput = true,
    .hasExpertsBeside = true,
    .defaults = R"({"head_dim": 256, "num_key_value_heads": 4, "num_attention_heads": 8,
        "max_position_embeddings": 131072, "vocab_size": 262144,
        "hidden_size_per_layer_input": 256, "rope_parameters": {
        "sliding_attention": {"rope_type": "default", "rope_theta": 10000.0},
        "full_attention": {"rope_type": "proportional", "partial_rotary_factor": 0.25,
        "rope_theta": 1000000.0}}})",
    .names = gemma4Names,
    .readJson = readGemma4,
    .readGguf = readGemma4Gguf,
    .writeGguf = writeGemma4,
};

} // namespace core::families
