// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/text.h"
#include "core/model/configkeys.h"
#include "core/model/families.h"
#include "core/model/familynames.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace core::families {

namespace {

    /// Layers without experts among those with them, which llama.cpp does not know.
    void readDenseLayers(const ConfigKeys& keys, ModelConfig& config)
    {
        const std::vector<double> dense = keys.numbers("mlp_only_layers");
        const int step = keys.has("decoder_sparse_step") ? keys.size("decoder_sparse_step") : 1;
        for (int layer = 0; layer < config.layers; ++layer)
            config.dense.push_back(
                (layer + 1) % step != 0 || std::ranges::count(dense, double(layer)) > 0);
        if (std::ranges::count(config.dense, true) == 0)
            config.dense.clear();
        else
            config.differences.push_back(
                "Some layers have no experts (decoder_sparse_step, mlp_only_layers): llama.cpp, "
                "which expects them in all layers of this architecture, does not load its file");
    }

    void readQwen2Moe(const ConfigKeys& keys, ModelConfig& config)
    {
        readDenseLayers(keys, config);
        if (config.normalizesExperts)
            config.differences.push_back("llama.cpp does not divide the weights of the chosen "
                                         "experts by their sum, as this model does");
    }

    void readQwen2MoeGguf(const GgufKeys&, ModelConfig& config)
    {
        if (config.experts == 0)
            return; // an ordinary feed-forward
        if (config.expertSize == 0) // older files
            config.expertSize = std::max(1, config.feedForward / config.expertsUsed);
        if (config.sharedSize == 0)
            config.sharedSize = config.feedForward;
    }

    void readQwen3Moe(const ConfigKeys& keys, ModelConfig& config)
    {
        readDenseLayers(keys, config);
        if (!config.normalizesExperts)
            config.differences.push_back("llama.cpp divides the weights of the chosen experts by "
                                         "their sum, this model does not");
    }

    constexpr bool isGptOssWindowed(int layer) { return layer % 2 == 0; }

    void readGptOss(const ConfigKeys& keys, ModelConfig& config)
    {
        setWindows(
            keys.words("layer_types"), keys.size("sliding_window", 128), isGptOssWindowed, config);
        config.expertSize = config.feedForward;
        if (config.yarn.factor != 1 && !config.yarn.roundsRamp)
            config.differences.push_back("llama.cpp rounds the ends of YaRN's ramp to whole "
                                         "channels, this model does not");
    }

    void readGptOssGguf(const GgufKeys& keys, ModelConfig& config)
    {
        setWindows(
            {}, keys.size("attention.sliding_window").value_or(128), isGptOssWindowed, config);
        config.yarn.roundsRamp = false;
        if (config.yarn.factor != 1)
            config.differences.push_back("llama.cpp rounds the ends of YaRN's ramp to whole "
                                         "channels, this model does not");
    }

    void writeGptOss(const ModelConfig& config, GgufMetadata& metadata)
    {
        metadata.set("gpt-oss.attention.sliding_window", std::uint32_t(config.window));
        metadata.set("gpt-oss.attention.key_length", std::uint32_t(config.headDim));
        metadata.set("gpt-oss.attention.value_length", std::uint32_t(config.headDim));
    }

    using Words = std::array<std::string_view, 1>;
    constexpr Words qwen2moeClasses{ "Qwen2MoeForCausalLM" };
    constexpr Words qwen2moeTypes{ "qwen2_moe" };
    constexpr Words qwen3moeClasses{ "Qwen3MoeForCausalLM" };
    constexpr Words qwen3moeTypes{ "qwen3_moe" };
    constexpr Words gptOssClasses{ "GptOssForCausalLM" };
    constexpr Words gptOssTypes{ "gpt_oss" };

    constexpr std::array gptOssNames{
        HuggingName{ Role::AttnSinks, "self_attn.sinks" },
        HuggingName{ Role::FfnNorm, "" },
        HuggingName{ Role::PostAttentionNorm, "post_attention_layernorm.weight" },
        HuggingName{ Role::FfnGateInp, "mlp.router.weight" },
        HuggingName{ Role::FfnGateInpBias, "mlp.router.bias" },
        HuggingName{ Role::FfnGateExps, "mlp.experts.gate_up_proj", Arrangement::EvenColumns },
        HuggingName{ Role::FfnUpExps, "mlp.experts.gate_up_proj", Arrangement::OddColumns },
        HuggingName{ Role::FfnDownExps, "mlp.experts.down_proj", Arrangement::TransposedStack },
        HuggingName{
            Role::FfnGateExpsBias, "mlp.experts.gate_up_proj_bias", Arrangement::EvenValues },
        HuggingName{ Role::FfnUpExpsBias, "mlp.experts.gate_up_proj_bias", Arrangement::OddValues },
        HuggingName{ Role::FfnDownExpsBias, "mlp.experts.down_proj_bias", Arrangement::AsItIs },
    };

} // namespace

const Architecture qwen2moe{
    .name = "qwen2moe",
    .title = "Qwen2 with experts",
    .classes = qwen2moeClasses,
    .modelTypes = qwen2moeTypes,
    .attentionBiases = Biases::Queries,
    .mayHaveExperts = true,
    .normalizesExperts = false,
    .needsOutput = true,
    .turnsWholeHeads = true,
    .names = qwenExpertNames,
    .readJson = readQwen2Moe,
    .readGguf = readQwen2MoeGguf,
};

const Architecture qwen3moe{
    .name = "qwen3moe",
    .title = "Qwen3 with experts",
    .classes = qwen3moeClasses,
    .modelTypes = qwen3moeTypes,
    .queryKeyNorm = QueryKeyNorm::Head,
    .mayHaveExperts = true,
    .turnsWholeHeads = true,
    .defaults = R"({"head_dim": 128, "norm_topk_prob": false})",
    .names = qwenExpertNames,
    .readJson = readQwen3Moe,
};

const Architecture gptOss{
    .name = "gpt-oss",
    .title = "gpt-oss",
    .classes = gptOssClasses,
    .modelTypes = gptOssTypes,
    .attentionBiases = Biases::All,
    .feedForwardBiases = Biases::All,
    .activation = Activation::ClampedSwish,
    .routing = Routing::SoftmaxOfChosen,
    .hasSinks = true,
    .mayHaveExperts = true,
    .postAttentionNormIsBefore = true,
    .needsOutput = true,
    .defaults = R"({"head_dim": 64, "rms_norm_eps": 1e-5, "rope_theta": 150000.0,
        "num_experts_per_tok": 4})",
    .names = gptOssNames,
    .readJson = readGptOss,
    .readGguf = readGptOssGguf,
    .writeGguf = writeGptOss,
};

} // namespace core::families
