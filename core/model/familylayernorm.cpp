// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/text.h"
#include "core/model/configkeys.h"
#include "core/model/families.h"

#include <array>
#include <cstdint>

namespace core::families {

namespace {

    using Words = std::array<std::string_view, 1>;

    void readGpt2(const ConfigKeys& keys, ModelConfig& config)
    {
        if (keys.flag("scale_attn_by_inverse_layer_idx", false))
            config.notComputed = text(keys.place(),
                ": scale_attn_by_inverse_layer_idx is true, which Quantscope does not compute");
        if (config.feedForward != 4 * config.hidden)
            config.differences.push_back(
                "llama.cpp expects a feed-forward four times the width: it will not load this");
    }

    void readStarcoder2(const ConfigKeys& keys, ModelConfig& config)
    {
        if (!keys.has("sliding_window"))
            return;
        setWindows(
            {}, keys.size("sliding_window"), [](int) { return true; }, config);
        if (config.window < config.context)
            config.differences.push_back(text("llama.cpp does not apply the window of ",
                config.window, " tokens: beyond it, it computes otherwise"));
    }

    constexpr const char* falconActivation
        = "llama.cpp takes the tanh form of GELU where this model has the exact one: values "
          "differ in the fourth digit";

    void readFalcon(const ConfigKeys& keys, ModelConfig& config)
    {
        const bool isNew = keys.flag("new_decoder_architecture", false);
        config.keyValueHeads = isNew         ? keys.size("num_kv_heads", config.heads)
            : keys.flag("multi_query", true) ? 1
                                             : config.heads;
        if (keys.flag("alibi", false) || !keys.flag("parallel_attn", true))
            config.notComputed = text(keys.place(),
                ": alibi or a sequence of attention and feed-forward, which Quantscope does not "
                "compute for Falcon");
        config.feedForward = keys.size("ffn_hidden_size", 4 * std::int64_t(config.hidden));
        config.isParallel = true;
        config.hasSecondNorm
            = isNew && keys.size("num_ln_in_parallel_attn", 2) == 2; // 2: of 40B and 180B
        config.differences.push_back(falconActivation);
    }

    void readFalconGguf(const GgufKeys&, ModelConfig& config)
    {
        config.isParallel = true;
        config.differences.push_back(falconActivation);
    }

    void writeFalcon(const ModelConfig&, GgufMetadata& metadata)
    {
        metadata.set("falcon.tensor_data_layout", std::string("jploski"));
    }

    void readStablelm(const ConfigKeys& keys, ModelConfig& config)
    {
        config.isParallel = keys.flag("use_parallel_residual", false);
        config.hasQueryKeyNorm = keys.flag("qk_layernorm", false);
        if (config.ropeBase != 10000)
            config.differences.push_back(
                "llama.cpp takes 10000 for the base of the rotary embedding of this architecture: "
                "it will compute otherwise");
    }

    void writeStablelm(const ModelConfig& config, GgufMetadata& metadata)
    {
        metadata.set("stablelm.use_parallel_residual", config.isParallel);
    }

    constexpr Words gpt2Classes{ "GPT2LMHeadModel" };
    constexpr Words gpt2Types{ "gpt2" };
    constexpr Words starcoder2Classes{ "Starcoder2ForCausalLM" };
    constexpr Words starcoder2Types{ "starcoder2" };
    constexpr std::array falconClasses{ std::string_view("FalconForCausalLM"),
        std::string_view("RWForCausalLM") };
    constexpr std::array falconTypes{ std::string_view("falcon"),
        std::string_view("RefinedWebModel") };
    constexpr std::array stablelmClasses{ std::string_view("StableLmForCausalLM"),
        std::string_view("StableLMEpochForCausalLM") };
    constexpr std::array stablelmTypes{ std::string_view("stablelm"),
        std::string_view("stablelm_epoch") };

    constexpr std::array gpt2Names{
        HuggingName{ Role::TokenEmbd, "transformer.wte.weight" },
        HuggingName{ Role::PositionEmbd, "transformer.wpe.weight" },
        HuggingName{ Role::OutputNorm, "transformer.ln_f.weight" },
        HuggingName{ Role::OutputNormBias, "transformer.ln_f.bias" },
        HuggingName{ Role::AttnNorm, "ln_1.weight" },
        HuggingName{ Role::AttnNormBias, "ln_1.bias" },
        HuggingName{ Role::FfnNorm, "ln_2.weight" },
        HuggingName{ Role::FfnNormBias, "ln_2.bias" },
        HuggingName{ Role::AttnQkv, "attn.c_attn.weight" },
        HuggingName{ Role::AttnQkvBias, "attn.c_attn.bias" },
        HuggingName{ Role::AttnOutput, "attn.c_proj.weight" },
        HuggingName{ Role::AttnOutputBias, "attn.c_proj.bias" },
        HuggingName{ Role::FfnUp, "mlp.c_fc.weight" },
        HuggingName{ Role::FfnUpBias, "mlp.c_fc.bias" },
        HuggingName{ Role::FfnDown, "mlp.c_proj.weight" },
        HuggingName{ Role::FfnDownBias, "mlp.c_proj.bias" },
    };
    constexpr std::array gpt2Arrangements{
        HuggingArrangement{ Role::AttnQkv, Arrangement::Transposed },
        HuggingArrangement{ Role::AttnOutput, Arrangement::Transposed },
        HuggingArrangement{ Role::FfnUp, Arrangement::Transposed },
        HuggingArrangement{ Role::FfnDown, Arrangement::Transposed },
    };

    constexpr std::array starcoder2Names{
        HuggingName{ Role::FfnUp, "mlp.c_fc.weight" },
        HuggingName{ Role::FfnUpBias, "mlp.c_fc.bias" },
        HuggingName{ Role::FfnDown, "mlp.c_proj.weight" },
        HuggingName{ Role::FfnDownBias, "mlp.c_proj.bias" },
    };

    // Where both norms are there, ln_mlp is attn_norm and ln_attn attn_norm_2.
    constexpr std::array falconNames{
        HuggingName{ Role::TokenEmbd, "transformer.word_embeddings.weight" },
        HuggingName{ Role::OutputNorm, "transformer.ln_f.weight" },
        HuggingName{ Role::OutputNormBias, "transformer.ln_f.bias" },
        HuggingName{ Role::AttnNorm, "input_layernorm.weight" },
        HuggingName{ Role::AttnNormBias, "input_layernorm.bias" },
        HuggingName{ Role::AttnNorm, "ln_mlp.weight" },
        HuggingName{ Role::AttnNormBias, "ln_mlp.bias" },
        HuggingName{ Role::AttnNorm2, "ln_attn.weight" },
        HuggingName{ Role::AttnNorm2Bias, "ln_attn.bias" },
        HuggingName{ Role::AttnQkv, "self_attention.query_key_value.weight" },
        HuggingName{ Role::AttnOutput, "self_attention.dense.weight" },
        HuggingName{ Role::FfnUp, "mlp.dense_h_to_4h.weight" },
        HuggingName{ Role::FfnDown, "mlp.dense_4h_to_h.weight" },
    };
    constexpr std::array falconArrangements{
        HuggingArrangement{ Role::AttnQkv, Arrangement::GroupedQkv },
    };

    constexpr std::array stablelmNames{
        HuggingName{ Role::AttnQNorm, "self_attn.q_layernorm.norms.{n}.weight" },
        HuggingName{ Role::AttnKNorm, "self_attn.k_layernorm.norms.{n}.weight" },
    };
    constexpr std::array stablelmArrangements{
        HuggingArrangement{ Role::AttnQNorm, Arrangement::HeadRows },
        HuggingArrangement{ Role::AttnKNorm, Arrangement::HeadRows },
    };

} // namespace

const Architecture gpt2{
    .name = "gpt2",
    .title = "GPT-2",
    .classes = gpt2Classes,
    .modelTypes = gpt2Types,
    .norm = NormKind::Layer,
    .attentionBiases = Biases::All,
    .feedForwardBiases = Biases::All,
    .activation = Activation::GeluTanh,
    .isGated = false,
    .learnsPositions = true,
    .defaults = R"({"n_embd": 768, "n_layer": 12, "n_head": 12, "n_positions": 1024,
        "layer_norm_epsilon": 1e-5, "tie_word_embeddings": true, "vocab_size": 50257})",
    .body = "transformer.",
    .layersIn = "transformer.h.",
    .names = gpt2Names,
    .arrangements = gpt2Arrangements,
    .readJson = readGpt2,
};

const Architecture starcoder2{
    .name = "starcoder2",
    .title = "StarCoder2",
    .classes = starcoder2Classes,
    .modelTypes = starcoder2Types,
    .norm = NormKind::Layer,
    .attentionBiases = Biases::All,
    .feedForwardBiases = Biases::All,
    .activation = Activation::GeluTanh,
    .isGated = false,
    .turnsWholeHeads = true,
    .defaults = R"({"norm_epsilon": 1e-5, "tie_word_embeddings": true})",
    .names = starcoder2Names,
    .readJson = readStarcoder2,
};

const Architecture falcon{
    .name = "falcon",
    .title = "Falcon",
    .classes = falconClasses,
    .modelTypes = falconTypes,
    .norm = NormKind::Layer,
    .activation = Activation::Gelu,
    .isGated = false,
    .turnsWholeHeads = true,
    .defaults = R"({"layer_norm_epsilon": 1e-5, "tie_word_embeddings": true,
        "max_position_embeddings": 2048})",
    .body = "transformer.",
    .layersIn = "transformer.h.",
    .names = falconNames,
    .arrangements = falconArrangements,
    .readJson = readFalcon,
    .readGguf = readFalconGguf,
    .writeGguf = writeFalcon,
};

const Architecture stablelm{
    .name = "stablelm",
    .title = "StableLM",
    .classes = stablelmClasses,
    .modelTypes = stablelmTypes,
    .norm = NormKind::Layer,
    .queryKeyNorm = QueryKeyNorm::HeadLayer,
    .attentionBiases = Biases::Optional,
    .needsOutput = true,
    .mayBeParallel = true,
    .defaults = R"({"layer_norm_eps": 1e-5, "partial_rotary_factor": 0.25})",
    .names = stablelmNames,
    .arrangements = stablelmArrangements,
    .readJson = readStablelm,
    .writeGguf = writeStablelm,
};

} // namespace core::families
