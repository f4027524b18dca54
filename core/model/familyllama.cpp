// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/text.h"
#include "core/model/configkeys.h"
#include "core/model/families.h"
#include "core/model/ropescaling.h"

#include <nlohmann/json.hpp>

#include <array>
#include <cmath>
#include <cstdint>

namespace core::families {

namespace {

    using Words = std::array<std::string_view, 1>;

    /// Mistral's window on all layers, which llama.cpp neither stores nor applies.
    void readMistralWindow(const ConfigKeys& keys, ModelConfig& config)
    {
        const bool isMistral = keys.word("model_type", "") == "mistral";
        const bool hasDefault = isMistral && !keys.json().contains("sliding_window");
        if (!hasDefault && !(isMistral && keys.has("sliding_window")))
            return;
        setWindows(
            {}, keys.size("sliding_window", 4096), [](int) { return true; }, config);
        if (config.window < config.context)
            config.differences.push_back(text("llama.cpp does not apply the window of ",
                config.window, " tokens: beyond it, it computes otherwise"));
    }

    void readMistral3(const ConfigKeys& keys, ModelConfig& config)
    {
        for (const char* key : { "rope_parameters", "rope_scaling" })
            if (const Json* part = keys.part(key))
                config.queryTemperature
                    = ConfigKeys(*part, keys.place()).number("llama_4_scaling_beta", 0);
    }

    void readMistral3Gguf(const GgufKeys& keys, ModelConfig& config)
    {
        config.queryTemperature = keys.number("attention.temperature_scale").value_or(0);
        if (config.yarn.factor == 1)
            return;
        const double a = keys.number("rope.scaling.yarn_log_multiplier").value_or(0);
        config.ropeMagnitude = float(
            yarnMagnitude(config.yarn.factor) / (1 + 0.1 * a * std::log(config.yarn.factor)));
        config.yarn.fastTurns = keys.positive("rope.scaling.yarn_beta_fast").value_or(32);
        config.yarn.slowTurns = keys.positive("rope.scaling.yarn_beta_slow").value_or(1);
    }

    void writeMistral3(const ModelConfig& config, GgufMetadata& metadata)
    {
        if (config.queryTemperature != 0)
            metadata.set("mistral3.attention.temperature_scale", float(config.queryTemperature));
        if (config.yarn.factor == 1)
            return;
        metadata.set("mistral3.rope.scaling.yarn_beta_fast", float(config.yarn.fastTurns));
        metadata.set("mistral3.rope.scaling.yarn_beta_slow", float(config.yarn.slowTurns));
        const double whole = yarnMagnitude(config.yarn.factor);
        metadata.set("mistral3.rope.scaling.yarn_log_multiplier",
            float(
                (whole / double(config.ropeMagnitude) - 1) / (0.1 * std::log(config.yarn.factor))));
    }

    void readGranite(const ConfigKeys& keys, ModelConfig& config)
    {
        config.attentionScale = keys.positive("attention_multiplier", 1);
        config.embeddingScale = keys.positive("embedding_multiplier", 1);
        config.residualScale = keys.positive("residual_multiplier", 1);
        config.logitDivisor = keys.positive("logits_scaling", 1);
        if (keys.word("position_embedding_type", "rope") == "nope")
            config.unturned.assign(std::size_t(config.layers), true);
    }

    void readGraniteGguf(const GgufKeys& keys, ModelConfig& config)
    {
        config.attentionScale = keys.positive("attention.scale").value_or(0);
        config.embeddingScale = keys.positive("embedding_scale").value_or(1);
        config.residualScale = keys.positive("residual_scale").value_or(1);
        config.logitDivisor = keys.positive("logit_scale").value_or(1);
        if (!keys.flag("rope.scaling.finetuned").value_or(true))
            config.unturned.assign(std::size_t(config.layers), true);
    }

    void writeGranite(const ModelConfig& config, GgufMetadata& metadata)
    {
        metadata.set("granite.attention.scale", float(config.attentionScale));
        metadata.set("granite.embedding_scale", float(config.embeddingScale));
        metadata.set("granite.residual_scale", float(config.residualScale));
        metadata.set("granite.logit_scale", float(config.logitDivisor));
        if (!config.unturned.empty())
            metadata.set("granite.rope.scaling.finetuned", false);
    }

    constexpr int smollm3Interval = 4; // hard-coded in llama.cpp

    void leaveEveryFourth(ModelConfig& config)
    {
        config.unturned.clear();
        for (int layer = 0; layer < config.layers; ++layer)
            config.unturned.push_back((layer + 1) % smollm3Interval == 0);
    }

    void readSmollm3(const ConfigKeys& keys, ModelConfig& config)
    {
        leaveEveryFourth(config);
        const std::vector<bool> usual = config.unturned;
        const std::vector<double> turned = keys.numbers("no_rope_layers"); // 1: with rope
        const int interval = keys.size("no_rope_layer_interval", smollm3Interval);
        for (int layer = 0; layer < config.layers; ++layer)
            config.unturned[std::size_t(layer)] = std::size_t(layer) < turned.size()
                ? turned[std::size_t(layer)] == 0
                : (layer + 1) % interval == 0;
        if (config.unturned != usual)
            config.differences.push_back(
                "llama.cpp turns no positions in every fourth layer, this model in others: it "
                "will compute otherwise");
        if (keys.flag("use_sliding_window", false) && keys.has("sliding_window")) {
            const std::vector<bool> unturned = config.unturned;
            const auto isLocal = [&](int layer) { return unturned[std::size_t(layer)]; };
            setWindows(keys.words("layer_types"), keys.size("sliding_window"), isLocal, config);
            config.differences.push_back("llama.cpp does not apply the model's window");
        }
    }

    constexpr std::array llamaClasses{ std::string_view("LlamaForCausalLM"),
        std::string_view("LLaMAForCausalLM"), std::string_view("LlamaModel"),
        std::string_view("MistralForCausalLM"), std::string_view("MistralModel"),
        std::string_view("MixtralForCausalLM") };
    constexpr std::array llamaTypes{ std::string_view("llama"), std::string_view("mistral"),
        std::string_view("mixtral") };

    // Of Mixtral.
    constexpr std::array llamaNames{
        HuggingName{ Role::FfnGateInp, "block_sparse_moe.gate.weight" },
        HuggingName{ Role::FfnGateExps, "block_sparse_moe.experts.{n}.w1.weight" },
        HuggingName{ Role::FfnDownExps, "block_sparse_moe.experts.{n}.w2.weight" },
        HuggingName{ Role::FfnUpExps, "block_sparse_moe.experts.{n}.w3.weight" },
    };
    constexpr std::array mistral3Classes{ std::string_view("Ministral3ForCausalLM"),
        std::string_view("Mistral3ForConditionalGeneration") };
    constexpr std::array mistral3Types{ std::string_view("ministral3"),
        std::string_view("mistral3") };
    constexpr Words graniteClasses{ "GraniteForCausalLM" };
    constexpr Words graniteTypes{ "granite" };
    constexpr Words smollm3Classes{ "SmolLM3ForCausalLM" };
    constexpr Words smollm3Types{ "smollm3" };

} // namespace

const Architecture llama{
    .name = "llama",
    .title = "Llama",
    .classes = llamaClasses,
    .modelTypes = llamaTypes,
    .rotary = RotaryLayout::Pairs,
    .permutesHeads = true,
    .attentionBiases = Biases::Optional,
    .feedForwardBiases = Biases::Optional,
    .mayHaveExperts = true,
    .turnsWholeHeads = true,
    .holdsDivisors = true,
    .holdsLongDivisors = true,
    .names = llamaNames,
    .readJson = readMistralWindow,
};

const Architecture mistral3{
    .name = "mistral3",
    .title = "Mistral 3",
    .classes = mistral3Classes,
    .modelTypes = mistral3Types,
    .rotary = RotaryLayout::Pairs,
    .permutesHeads = true,
    .turnsWholeHeads = true,
    .holdsDivisors = true,
    .holdsLongDivisors = true,
    .defaults = R"({"rms_norm_eps": 1e-5})",
    .readJson = readMistral3,
    .readGguf = readMistral3Gguf,
    .writeGguf = writeMistral3,
};

const Architecture granite{
    .name = "granite",
    .title = "Granite",
    .classes = graniteClasses,
    .modelTypes = graniteTypes,
    .rotary = RotaryLayout::Pairs,
    .permutesHeads = true,
    .attentionBiases = Biases::Optional,
    .feedForwardBiases = Biases::Optional,
    .turnsWholeHeads = true,
    .holdsDivisors = true,
    .holdsLongDivisors = true,
    .readJson = readGranite,
    .readGguf = readGraniteGguf,
    .writeGguf = writeGranite,
};

const Architecture smollm3{
    .name = "smollm3",
    .title = "SmolLM3",
    .classes = smollm3Classes,
    .modelTypes = smollm3Types,
    .rotary = RotaryLayout::Pairs,
    .permutesHeads = true,
    .attentionBiases = Biases::Optional,
    .feedForwardBiases = Biases::Optional,
    .turnsWholeHeads = true,
    .defaults = R"({"rope_theta": 2000000.0, "tie_word_embeddings": true})",
    .readJson = readSmollm3,
    .readGguf = [](const GgufKeys&, ModelConfig& config) { leaveEveryFourth(config); },
};

} // namespace core::families
