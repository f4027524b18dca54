// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/text.h"
#include "core/model/configkeys.h"
#include "core/model/families.h"

#include <array>
#include <cmath>
#include <cstdint>

namespace core::families {

namespace {

    using Words = std::array<std::string_view, 1>;

    void readPhi3(const ConfigKeys& keys, ModelConfig& config)
    {
        if (config.ropeContext == 0)
            config.ropeContext = keys.size("original_max_position_embeddings", config.context);
        if (!keys.has("sliding_window"))
            return;
        setWindows(
            {}, keys.size("sliding_window"), [](int) { return true; }, config);
        if (config.window < config.context)
            config.differences.push_back(text("llama.cpp does not apply the window of ",
                config.window, " tokens: beyond it, it computes otherwise"));
    }

    void readPhi3Gguf(const GgufKeys& keys, ModelConfig& config)
    {
        config.ropeMagnitude = float(keys.positive("rope.scaling.attn_factor").value_or(1));
    }

    void writePhi3(const ModelConfig& config, GgufMetadata& metadata)
    {
        metadata.set("phi3.rope.scaling.original_context_length",
            std::uint32_t(config.ropeContext > 0 ? config.ropeContext : config.context));
        metadata.set("phi3.attention.sliding_window", std::uint32_t(config.window));
        if (!config.longRopeFactors.empty())
            metadata.set("phi3.rope.scaling.attn_factor", config.ropeMagnitude);
    }

    constexpr bool isOlmo3Local(int layer) { return (layer + 1) % 4 != 0; }

    void readOlmo2(const ConfigKeys& keys, ModelConfig& config)
    {
        if (!keys.has("sliding_window") && keys.words("layer_types").empty())
            return; // OLMo 2
        setWindows(
            keys.words("layer_types"), keys.size("sliding_window", 4096), isOlmo3Local, config);
        config.localRopeBase = config.ropeBase;
    }

    void readOlmo2Gguf(const GgufKeys& keys, ModelConfig& config)
    {
        const auto window = keys.size("attention.sliding_window");
        if (!window)
            return;
        setWindows({}, *window, isOlmo3Local, config);
        const auto pattern = keys.perLayer("attention.sliding_window_pattern", config.layers);
        for (std::size_t layer = 0; layer < pattern.size(); ++layer)
            config.windowed[layer] = pattern[layer] != 0;
        config.localRopeBase = config.ropeBase;
    }

    void writeOlmo2(const ModelConfig& config, GgufMetadata& metadata)
    {
        if (config.window == 0)
            return;
        metadata.set("olmo2.attention.sliding_window", std::uint32_t(config.window));
        metadata.set("olmo2.attention.sliding_window_pattern", GgufArray(config.windowed));
    }

    constexpr Words phi3Classes{ "Phi3ForCausalLM" };
    constexpr Words phi3Types{ "phi3" };
    constexpr std::array olmo2Classes{ std::string_view("Olmo2ForCausalLM"),
        std::string_view("Olmo3ForCausalLM") };
    constexpr std::array olmo2Types{ std::string_view("olmo2"), std::string_view("olmo3") };
    constexpr Words glm4Classes{ "Glm4ForCausalLM" };
    constexpr Words glm4Types{ "glm4" };

    constexpr std::array phi3Names{
        HuggingName{ Role::AttnQkv, "self_attn.qkv_proj.weight" },
        HuggingName{ Role::FfnGate, "" },
        HuggingName{ Role::FfnUp, "mlp.gate_up_proj.weight" },
    };
    constexpr std::array olmo2Names{
        HuggingName{ Role::AttnNorm, "" },
        HuggingName{ Role::FfnNorm, "" },
        HuggingName{ Role::PostAttentionNorm, "post_attention_layernorm.weight" },
        HuggingName{ Role::PostFfwNorm, "post_feedforward_layernorm.weight" },
    };
    constexpr std::array glm4Names{
        HuggingName{ Role::PostAttentionNorm, "post_self_attn_layernorm.weight" },
        HuggingName{ Role::PostFfwNorm, "post_mlp_layernorm.weight" },
        HuggingName{ Role::FfnGate, "" },
        HuggingName{ Role::FfnUp, "mlp.gate_up_proj.weight" },
    };

} // namespace

const Architecture phi3{
    .name = "phi3",
    .title = "Phi-3",
    .classes = phi3Classes,
    .modelTypes = phi3Types,
    .fusesGateUp = true,
    .holdsLongDivisors = true,
    .defaults = R"({"rms_norm_eps": 1e-5, "original_max_position_embeddings": 4096})",
    .names = phi3Names,
    .readJson = readPhi3,
    .readGguf = readPhi3Gguf,
    .writeGguf = writePhi3,
};

const Architecture olmo2{
    .name = "olmo2",
    .title = "OLMo 2",
    .classes = olmo2Classes,
    .modelTypes = olmo2Types,
    .normsBefore = false,
    .normsAfter = true,
    .queryKeyNorm = QueryKeyNorm::Whole,
    .needsOutput = true,
    .turnsWholeHeads = true,
    .defaults = R"({"rms_norm_eps": 1e-5})",
    .names = olmo2Names,
    .readJson = readOlmo2,
    .readGguf = readOlmo2Gguf,
    .writeGguf = writeOlmo2,
};

const Architecture glm4{
    .name = "glm4",
    .title = "GLM-4",
    .classes = glm4Classes,
    .modelTypes = glm4Types,
    .normsAfter = true,
    .rotary = RotaryLayout::Pairs, // in Hugging Face's files, too
    .attentionBiases = Biases::Queries,
    .fusesGateUp = true,
    .defaults = R"({"head_dim": 128, "rms_norm_eps": 1.5625e-7, "partial_rotary_factor": 0.5})",
    .names = glm4Names,
};

} // namespace core::families
