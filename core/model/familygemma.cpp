// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/text.h"
#include "core/model/configkeys.h"
#include "core/model/families.h"

#include <array>
#include <cmath>

namespace core::families {

namespace {

    /// The embedding is multiplied by the square root of its width.
    void scaleEmbedding(ModelConfig& config)
    {
        config.embeddingScale = double(std::sqrt(float(config.hidden)));
    }

    /// The scale of q · k that llama.cpp takes: 1/√headDim, but for the largest of a family.
    double llamaScale(const ModelConfig& config)
    {
        constexpr int gemma2Largest = 46, gemma3Largest = 62; // layers of the 27B models
        const int largest = config.attentionCap > 0 ? gemma2Largest : gemma3Largest;
        return 1
            / std::sqrt(config.layers == largest ? double(config.hidden) / config.heads
                                                 : double(config.headDim));
    }

    void readScale(const ConfigKeys& keys, ModelConfig& config)
    {
        config.attentionScale = 1 / std::sqrt(keys.positive("query_pre_attn_scalar"));
        if (const double other = llamaScale(config);
            std::abs(other / config.attentionScale - 1) > 1e-6)
            config.differences.push_back(text("llama.cpp multiplies queries by ", other,
                ", this model by ", config.attentionScale, ": it will compute otherwise"));
    }

    constexpr bool isEven(int layer) { return layer % 2 == 0; }
    constexpr int gemma3Pattern = 6;

    void readGemma2(const ConfigKeys& keys, ModelConfig& config)
    {
        scaleEmbedding(config);
        config.attentionCap
            = keys.has("attn_logit_softcapping") ? keys.positive("attn_logit_softcapping") : 0;
        readScale(keys, config);
        config.finalCap
            = keys.has("final_logit_softcapping") ? keys.positive("final_logit_softcapping") : 0;
        if (config.attentionCap == 0 || config.finalCap == 0)
            config.differences.push_back("llama.cpp caps scores at 50 and logits at 30 where this "
                                         "model has no cap: it will compute otherwise");
        setWindows(keys.words("layer_types"), keys.size("sliding_window", 4096), isEven, config);
    }

    void readGemma2Gguf(const GgufKeys& keys, ModelConfig& config)
    {
        scaleEmbedding(config);
        config.attentionCap = keys.positive("attn_logit_softcapping").value_or(50);
        config.attentionScale = llamaScale(config);
        config.finalCap = keys.positive("final_logit_softcapping").value_or(30);
        setWindows({}, keys.size("attention.sliding_window").value_or(4096), isEven, config);
    }

    void writeHead(const ModelConfig& config, GgufMetadata& metadata)
    {
        metadata.set(
            text(config.architecture, ".attention.key_length"), std::uint32_t(config.headDim));
        metadata.set(
            text(config.architecture, ".attention.value_length"), std::uint32_t(config.headDim));
    }

    void writeGemma2(const ModelConfig& config, GgufMetadata& metadata)
    {
        writeHead(config, metadata);
        if (config.attentionCap != 0)
            metadata.set("gemma2.attn_logit_softcapping", float(config.attentionCap));
        if (config.finalCap != 0)
            metadata.set("gemma2.final_logit_softcapping", float(config.finalCap));
        metadata.set("gemma2.attention.sliding_window", std::uint32_t(config.window));
    }

    void readGemma3(const ConfigKeys& keys, ModelConfig& config)
    {
        scaleEmbedding(config);
        readScale(keys, config);
        if (config.localRopeBase == 0)
            config.localRopeBase = keys.positive("rope_local_base_freq", 10000);
        if (keys.has("final_logit_softcapping"))
            config.finalCap = keys.positive("final_logit_softcapping");
        if (keys.has("attn_logit_softcapping"))
            config.attentionCap = keys.positive("attn_logit_softcapping");
        if (keys.flag("use_bidirectional_attention", false)) // EmbeddingGemma
            config.notComputed = text(keys.place(),
                ": use_bidirectional_attention is true, which Quantscope does not compute");
        const int pattern = keys.size("sliding_window_pattern", gemma3Pattern);
        const auto isLocal = [pattern](int layer) { return (layer + 1) % pattern != 0; };
        setWindows(keys.words("layer_types"), keys.size("sliding_window", 4096), isLocal, config);
    }

    void readGemma3Gguf(const GgufKeys& keys, ModelConfig& config)
    {
        scaleEmbedding(config);
        config.attentionScale = llamaScale(config);
        config.ropeBase = keys.positive("rope.freq_base").value_or(1e6);
        config.localRopeBase = keys.positive("rope.freq_base_swa").value_or(10000);
        config.finalCap = keys.positive("final_logit_softcapping").value_or(0);
        const int window = keys.size("attention.sliding_window").value_or(1024);
        setWindows(
            {}, window, [](int layer) { return (layer + 1) % gemma3Pattern != 0; }, config);
        const auto pattern = keys.perLayer("attention.sliding_window_pattern", config.layers);
        const double first = pattern.empty() ? 0 : pattern.front();
        if (first > 1 && first <= double(largestModelDepth)) // one number for all
            setWindows(
                {}, window, [&](int layer) { return (layer + 1) % int(first) != 0; }, config);
        else
            for (std::size_t layer = 0; layer < pattern.size(); ++layer)
                config.windowed[layer] = pattern[layer] != 0;
    }

    void writeGemma3(const ModelConfig& config, GgufMetadata& metadata)
    {
        writeHead(config, metadata);
        if (config.finalCap != 0)
            metadata.set("gemma3.final_logit_softcapping", float(config.finalCap));
        metadata.set("gemma3.attention.sliding_window", std::uint32_t(config.window));
        metadata.set("gemma3.rope.freq_base_swa", float(config.localRopeBase));
        bool isUsual = true;
        for (int layer = 0; layer < config.layers; ++layer)
            isUsual = isUsual
                && config.windowed[std::size_t(layer)] == ((layer + 1) % gemma3Pattern != 0);
        if (!isUsual)
            metadata.set("gemma3.attention.sliding_window_pattern", GgufArray(config.windowed));
    }

    constexpr std::array gemmaClasses{ std::string_view("GemmaForCausalLM") };
    constexpr std::array gemmaTypes{ std::string_view("gemma") };
    constexpr std::array gemma2Classes{ std::string_view("Gemma2ForCausalLM") };
    constexpr std::array gemma2Types{ std::string_view("gemma2") };
    constexpr std::array gemma3Classes{ std::string_view("Gemma3ForCausalLM"),
        std::string_view("Gemma3TextModel"), std::string_view("Gemma3ForConditionalGeneration") };
    constexpr std::array gemma3Types{ std::string_view("gemma3_text"), std::string_view("gemma3") };

    constexpr std::array fourNorms{
        HuggingName{ Role::PostAttentionNorm, "post_attention_layernorm.weight" },
        HuggingName{ Role::FfnNorm, "pre_feedforward_layernorm.weight" },
        HuggingName{ Role::PostFfwNorm, "post_feedforward_layernorm.weight" },
    };

    constexpr std::array plusOne{
        HuggingArrangement{ Role::AttnNorm, Arrangement::PlusOne },
        HuggingArrangement{ Role::AttnQNorm, Arrangement::PlusOne },
        HuggingArrangement{ Role::AttnKNorm, Arrangement::PlusOne },
        HuggingArrangement{ Role::PostAttentionNorm, Arrangement::PlusOne },
        HuggingArrangement{ Role::FfnNorm, Arrangement::PlusOne },
        HuggingArrangement{ Role::PostFfwNorm, Arrangement::PlusOne },
        HuggingArrangement{ Role::OutputNorm, Arrangement::PlusOne },
    };

} // namespace

const Architecture gemma{
    .name = "gemma",
    .title = "Gemma",
    .classes = gemmaClasses,
    .modelTypes = gemmaTypes,
    .activation = Activation::GeluTanh,
    .alwaysTied = true,
    .plainGeluIsTanh = true,
    .defaults = R"({"head_dim": 256})",
    .arrangements = plusOne,
    .readJson = [](const ConfigKeys&, ModelConfig& config) { scaleEmbedding(config); },
    .readGguf = [](const GgufKeys&, ModelConfig& config) { scaleEmbedding(config); },
    .writeGguf = writeHead,
};

const Architecture gemma2{
    .name = "gemma2",
    .title = "Gemma 2",
    .classes = gemma2Classes,
    .modelTypes = gemma2Types,
    .normsAfter = true,
    .activation = Activation::GeluTanh,
    .alwaysTied = true,
    .plainGeluIsTanh = true,
    .defaults = R"({"head_dim": 256, "query_pre_attn_scalar": 256, "attn_logit_softcapping": 50.0,
        "final_logit_softcapping": 30.0})",
    .names = fourNorms,
    .arrangements = plusOne,
    .readJson = readGemma2,
    .readGguf = readGemma2Gguf,
    .writeGguf = writeGemma2,
};

const Architecture gemma3{
    .name = "gemma3",
    .title = "Gemma 3",
    .classes = gemma3Classes,
    .modelTypes = gemma3Types,
    .normsAfter = true,
    .queryKeyNorm = QueryKeyNorm::Head,
    .activation = Activation::GeluTanh,
    .alwaysTied = true,
    .plainGeluIsTanh = true,
    .defaults = R"({"head_dim": 256, "query_pre_attn_scalar": 256, "num_attention_heads": 8,
        "num_key_value_heads": 4, "max_position_embeddings": 131072, "rope_theta": 1000000.0,
        "vocab_size": 262208})",
    .names = fourNorms,
    .arrangements = plusOne,
    .readJson = readGemma3,
    .readGguf = readGemma3Gguf,
    .writeGguf = writeGemma3,
};

} // namespace core::families
