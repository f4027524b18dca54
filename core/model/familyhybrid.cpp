// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/model/configkeys.h"
#include "core/model/families.h"
#include "core/model/familynames.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdint>

// Layers of attention among layers of another mixer: conversion/qwen.py and lfm2.py,
// src/models/qwen35*.cpp and lfm2.cpp of llama.cpp; modeling_qwen3_5*.py and modeling_lfm2.py of
// transformers.
namespace core::families {

namespace {

    constexpr int usualInterval = 4; // every fourth layer has attention
    constexpr double lengthEpsilon = 1e-6; // of queries and keys of a delta net
    constexpr std::array usualSections{ 11, 11, 10, 0 }; // Qwen 3.5's, where none are given

    /// Layers without attention: those whose type is `word`, as layer_types says, else those for
    /// which `isRecurrent(layer)`.
    template<typename IsRecurrent>
    void setRecurrent(const ConfigKeys& keys, const char* word, const IsRecurrent& isRecurrent,
        ModelConfig& config)
    {
        const std::vector<std::string> types = keys.words("layer_types");
        if (!types.empty() && types.size() != std::size_t(config.layers))
            throw Error(text(keys.place(), ": layer_types has ", types.size(),
                " entries, expected ", config.layers, ", one for each layer"));
        for (const std::string& type : types)
            if (type != word && type != "full_attention")
                config.notComputed = text(keys.place(), ": layer_types holds ", type.substr(0, 100),
                    ", expected full_attention or ", word);
        config.recurrent.clear();
        for (int layer = 0; layer < config.layers; ++layer)
            config.recurrent.push_back(
                types.empty() ? bool(isRecurrent(layer)) : types[std::size_t(layer)] == word);
    }

    bool isNotEvery(int layer, int interval) { return (layer + 1) % interval != 0; }

    void checkDeltaNet(
        const DeltaNetSpec& spec, int valueDim, const std::string& place, ModelConfig& config)
    {
        if (spec.valueHeads % spec.keyHeads != 0)
            throw Error(text(place, ": a delta net has ", spec.valueHeads, " value heads and ",
                spec.keyHeads, " key heads, expected the first to be a multiple of the second"));
        if (spec.keys() > largestModelSize || spec.values() > largestModelSize)
            throw Error(text(place, ": a delta net has ", std::max(spec.keys(), spec.values()),
                " channels, expected at most ", largestModelSize));
        if (valueDim != spec.headDim)
            config.notComputed = text(place, ": value heads of a delta net have ", valueDim,
                " channels and key heads ", spec.headDim,
                ", which Quantscope does not compute, expected the same");
        if (std::abs(double(config.normEpsilon) / lengthEpsilon - 1) > 1e-3)
            config.differences.push_back(
                text("llama.cpp takes the epsilon of the norms (", config.normEpsilon,
                    ") where a delta net's queries and keys get length 1, this "
                    "model 1e-06: it will compute otherwise"));
    }

    std::vector<int> sectionsOf(const ConfigKeys& keys)
    {
        std::vector<int> sections;
        if (const Json* rope = keys.part("rope_parameters"))
            for (const double channels : ConfigKeys(*rope, keys.place()).numbers("mrope_section"))
                sections.push_back(
                    channels >= 0 && channels <= keys.size("head_dim") ? int(channels) : 0);
        if (sections.empty())
            sections.assign(usualSections.begin(), usualSections.end());
        sections.resize(usualSections.size());
        return sections;
    }

    void readQwen35(const ConfigKeys& keys, ModelConfig& config)
    {
        const int interval = keys.size("full_attention_interval", usualInterval, largestModelDepth);
        setRecurrent(
            keys, "linear_attention", [&](int layer) { return isNotEvery(layer, interval); },
            config);
        config.deltaNet
            = { keys.size("linear_num_key_heads", 16), keys.size("linear_num_value_heads", 32),
                  keys.size("linear_key_head_dim", 128), keys.size("linear_conv_kernel_dim", 4) };
        checkDeltaNet(
            config.deltaNet, keys.size("linear_value_head_dim", 128), keys.place(), config);
        config.ropeSections = sectionsOf(keys);
        config.normalizesExperts = true; // as both do, whatever the file says
        if (!keys.flag("attn_output_gate", true))
            config.notComputed = text(keys.place(), ": attn_output_gate is false, expected true");
    }

    /// Blocks behind the layers, which predict further tokens.
    void readPredicting(const GgufKeys& keys, ModelConfig& config)
    {
        const int count = int(keys.number("nextn_predict_layers").value_or(0));
        if (count < 0 || count >= config.layers)
            throw Error(text(keys.place(), ": ", keys.full("nextn_predict_layers"), " is ", count,
                ", expected fewer than ", config.layers, ", the blocks of all"));
        config.layers -= config.predicting = count;
    }

    void readQwen35Gguf(const GgufKeys& keys, ModelConfig& config)
    {
        readPredicting(keys, config);
        const int interval
            = keys.size("full_attention_interval", largestModelDepth).value_or(usualInterval);
        const auto listed = keys.perLayer("attention.recurrent_layers", config.layers);
        config.recurrent.clear();
        for (int layer = 0; layer < config.layers; ++layer)
            config.recurrent.push_back(
                listed.empty() ? isNotEvery(layer, interval) : listed[std::size_t(layer)] != 0);
        config.deltaNet = { keys.required("ssm.group_count"), keys.required("ssm.time_step_rank"),
            keys.required("ssm.state_size"), keys.required("ssm.conv_kernel") };
        const int values = keys.required("ssm.inner_size");
        if (values % config.deltaNet.valueHeads != 0)
            throw Error(text(keys.place(), ": ", keys.full("ssm.inner_size"), " is ", values,
                ", expected a multiple of ", config.deltaNet.valueHeads, ", ",
                keys.full("ssm.time_step_rank")));
        checkDeltaNet(config.deltaNet, values / config.deltaNet.valueHeads, keys.place(), config);
        if (config.experts > 0 && config.expertSize == 0)
            config.expertSize = std::max(1, config.feedForward / config.expertsUsed);
        if (config.experts > 0 && config.sharedSize == 0)
            config.sharedSize = config.feedForward;
    }

    void writeQwen35(const ModelConfig& config, GgufMetadata& metadata)
    {
        const auto key = [&](const char* name) { return text(config.architecture, ".", name); };
        const auto size = [&](const char* name, std::int64_t value) {
            metadata.set(key(name), std::uint32_t(value));
        };
        const DeltaNetSpec& spec = config.deltaNet;
        size("ssm.conv_kernel", spec.kernel);
        size("ssm.state_size", spec.headDim);
        size("ssm.group_count", spec.keyHeads);
        size("ssm.time_step_rank", spec.valueHeads);
        size("ssm.inner_size", spec.values());
        metadata.set(key("attention.recurrent_layers"), GgufArray(config.recurrent));
        const auto attends = std::ranges::find(config.recurrent, false);
        size("full_attention_interval",
            attends == config.recurrent.end() ? usualInterval
                                              : attends - config.recurrent.begin() + 1);
        metadata.set(key("rope.dimension_sections"),
            GgufArray(
                std::vector<std::int32_t>(config.ropeSections.begin(), config.ropeSections.end())));
        size("attention.key_length", config.headDim);
        size("attention.value_length", config.headDim);
    }

    /// The width of LFM2's feed-forward: two thirds of what the file says, rounded up.
    int adjustedSize(const ConfigKeys& keys, int size)
    {
        if (!keys.flag("block_auto_adjust_ff_dim", true))
            return size;
        std::int64_t adjusted = 2 * std::int64_t(size) / 3;
        const double multiplier = keys.positive("block_ffn_dim_multiplier", 1);
        const std::int64_t multiple = keys.size("block_multiple_of", 256);
        const double multiplied = multiplier * double(adjusted);
        if (!(multiplied >= 1 && multiplied <= double(largestModelSize)))
            throw Error(text(keys.place(), ": block_ffn_dim_multiplier is ", multiplier,
                ", expected one that makes 1 to ", largestModelSize, " of ", adjusted,
                " channels"));
        adjusted = std::int64_t(multiplied);
        adjusted = (adjusted + multiple - 1) / multiple * multiple;
        return int(std::min(adjusted, largestModelSize));
    }

    void readLfm2(const ConfigKeys& keys, ModelConfig& config)
    {
        const std::vector<double> attending = keys.numbers("full_attn_idxs");
        const bool isListed = keys.has("full_attn_idxs");
        setRecurrent(
            keys, "conv",
            [&](int layer) {
                return isListed && std::ranges::find(attending, double(layer)) == attending.end();
            },
            config);
        config.shortConvolution.kernel = keys.size("conv_L_cache", 3);
        config.feedForward = adjustedSize(
            keys, keys.has("block_ff_dim") ? keys.size("block_ff_dim") : config.feedForward);
        config.tiedHead = keys.flag("tie_embedding", config.tiedHead);
        if (keys.flag("conv_bias", false))
            config.notComputed = text(keys.place(), ": conv_bias is true, expected false");
    }

    void readLfm2Gguf(const GgufKeys& keys, ModelConfig& config)
    {
        const auto heads = keys.perLayer("attention.head_count_kv", config.layers);
        config.recurrent.clear();
        for (const double count : heads)
            config.recurrent.push_back(count == 0);
        config.shortConvolution.kernel = keys.required("shortconv.l_cache");
        if (const auto window = keys.size("attention.sliding_window")) {
            config.window = *window;
            config.windowed = config.recurrent;
            config.windowed.flip();
        }
        if (!keys.flag("attention.causal").value_or(true))
            config.notComputed = text(
                keys.place(), ": ", keys.full("attention.causal"), " is false, expected true");
    }

    void writeLfm2(const ModelConfig& config, GgufMetadata& metadata)
    {
        std::vector<std::int32_t> heads;
        for (const bool isRecurrent : config.recurrent)
            heads.push_back(isRecurrent ? 0 : config.keyValueHeads);
        metadata.set("lfm2.attention.head_count_kv", GgufArray(heads));
        metadata.set("lfm2.shortconv.l_cache", std::uint32_t(config.shortConvolution.kernel));
    }

    constexpr std::array qwen35Classes{ std::string_view("Qwen3_5ForConditionalGeneration"),
        std::string_view("Qwen3_5ForCausalLM") };
    constexpr std::array qwen35Types{ std::string_view("qwen3_5"),
        std::string_view("qwen3_5_text") };
    constexpr std::array qwen35moeClasses{ std::string_view("Qwen3_5MoeForConditionalGeneration"),
        std::string_view("Qwen3_5MoeForCausalLM") };
    constexpr std::array qwen35moeTypes{ std::string_view("qwen3_5_moe"),
        std::string_view("qwen3_5_moe_text") };
    constexpr std::array lfm2Classes{ std::string_view("Lfm2ForCausalLM"),
        std::string_view("LFM2ForCausalLM") };
    constexpr std::array lfm2Types{ std::string_view("lfm2") };

    constexpr std::array qwen35Names{
        HuggingName{ Role::FfnNorm, "" },
        HuggingName{ Role::PostAttentionNorm, "post_attention_layernorm.weight" },
        HuggingName{ Role::AttnQkv, "linear_attn.in_proj_qkv.weight" },
        HuggingName{ Role::AttnGate, "linear_attn.in_proj_z.weight" },
        HuggingName{ Role::SsmConv1d, "linear_attn.conv1d.weight" },
        HuggingName{ Role::SsmA, "linear_attn.A_log" },
        HuggingName{ Role::SsmDt, "linear_attn.dt_bias" },
        HuggingName{ Role::SsmAlpha, "linear_attn.in_proj_a.weight" },
        HuggingName{ Role::SsmBeta, "linear_attn.in_proj_b.weight" },
        HuggingName{ Role::SsmNorm, "linear_attn.norm.weight" },
        HuggingName{ Role::SsmOut, "linear_attn.out_proj.weight" },
    };
    constexpr auto qwen35moeNames = joined(qwen35Names, qwenExpertNames);

    constexpr std::array qwen35Arrangements{
        HuggingArrangement{ Role::AttnNorm, Arrangement::PlusOne },
        HuggingArrangement{ Role::AttnQNorm, Arrangement::PlusOne },
        HuggingArrangement{ Role::AttnKNorm, Arrangement::PlusOne },
        HuggingArrangement{ Role::PostAttentionNorm, Arrangement::PlusOne },
        HuggingArrangement{ Role::OutputNorm, Arrangement::PlusOne },
        HuggingArrangement{ Role::AttnQkv, Arrangement::MixedHeads },
        HuggingArrangement{ Role::AttnGate, Arrangement::ValueHeads },
        HuggingArrangement{ Role::SsmConv1d, Arrangement::MixedHeads },
        HuggingArrangement{ Role::SsmA, Arrangement::NegativePowers },
        HuggingArrangement{ Role::SsmDt, Arrangement::ValueHeads },
        HuggingArrangement{ Role::SsmAlpha, Arrangement::ValueHeads },
        HuggingArrangement{ Role::SsmBeta, Arrangement::ValueHeads },
        HuggingArrangement{ Role::SsmOut, Arrangement::ValueHeadColumns },
    };

    constexpr std::array lfm2Names{
        HuggingName{ Role::AttnNorm, "operator_norm.weight" },
        HuggingName{ Role::FfnNorm, "ffn_norm.weight" },
        HuggingName{ Role::OutputNorm, "" },
        HuggingName{ Role::TokenEmbdNorm, "model.embedding_norm.weight" },
        HuggingName{ Role::AttnQNorm, "self_attn.q_layernorm.weight" },
        HuggingName{ Role::AttnKNorm, "self_attn.k_layernorm.weight" },
        HuggingName{ Role::AttnOutput, "self_attn.out_proj.weight" },
        HuggingName{ Role::ShortConvConv, "conv.conv.weight" },
        HuggingName{ Role::ShortConvIn, "conv.in_proj.weight" },
        HuggingName{ Role::ShortConvOut, "conv.out_proj.weight" },
        HuggingName{ Role::FfnGate, "feed_forward.w1.weight" },
        HuggingName{ Role::FfnUp, "feed_forward.w3.weight" },
        HuggingName{ Role::FfnDown, "feed_forward.w2.weight" },
    };
    constexpr std::array lfm2Arrangements{
        HuggingArrangement{ Role::ShortConvConv, Arrangement::Squeezed },
    };

} // namespace

const Architecture qwen35{
    .name = "qwen35",
    .title = "Qwen 3.5",
    .classes = qwen35Classes,
    .modelTypes = qwen35Types,
    .queryKeyNorm = QueryKeyNorm::Head,
    .gatesAttention = true,
    .postAttentionNormIsBefore = true,
    .mixer = "gated delta net",
    .defaults = R"({"head_dim": 256, "partial_rotary_factor": 0.25})",
    .names = qwen35Names,
    .arrangements = qwen35Arrangements,
    .readJson = readQwen35,
    .readGguf = readQwen35Gguf,
    .writeGguf = writeQwen35,
};

const Architecture qwen35moe{
    .name = "qwen35moe",
    .title = "Qwen 3.5 with experts",
    .classes = qwen35moeClasses,
    .modelTypes = qwen35moeTypes,
    .queryKeyNorm = QueryKeyNorm::Head,
    .gatesAttention = true,
    .mayHaveExperts = true,
    .mayFuseExperts = true,
    .postAttentionNormIsBefore = true,
    .mixer = "gated delta net",
    .defaults = R"({"head_dim": 256, "partial_rotary_factor": 0.25, "num_experts": 256,
        "num_experts_per_tok": 8, "moe_intermediate_size": 512,
        "shared_expert_intermediate_size": 512})",
    .names = qwen35moeNames,
    .arrangements = qwen35Arrangements,
    .readJson = readQwen35,
    .readGguf = readQwen35Gguf,
    .writeGguf = writeQwen35,
};

const Architecture lfm2{
    .name = "lfm2",
    .title = "LFM2",
    .classes = lfm2Classes,
    .modelTypes = lfm2Types,
    .queryKeyNorm = QueryKeyNorm::Head,
    .finalNorm = Role::TokenEmbdNorm,
    .mixer = "short convolution",
    .attendsWhereHeadsAre = true,
    .defaults = R"({"norm_eps": 1e-5, "rope_theta": 1000000.0, "tie_word_embeddings": true})",
    .names = lfm2Names,
    .arrangements = lfm2Arrangements,
    .readJson = readLfm2,
    .readGguf = readLfm2Gguf,
    .writeGguf = writeLfm2,
};

} // namespace core::families
