// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/json.h"
#include "core/model/config.h"
#include "core/model/rotarycheck.h"
#include "tests/support/filebytes.h"

#include <QTest>

#include <nlohmann/json.hpp>

#include <cmath>

using core::Json;
using core::ModelConfig;
using support::messageOf;

namespace {

Json llama31()
{
    return core::parseJson(R"({"architectures":["LlamaForCausalLM"],"model_type":"llama",
        "hidden_size":4096,"intermediate_size":14336,"num_hidden_layers":32,
        "num_attention_heads":32,"num_key_value_heads":8,"vocab_size":128256,
        "max_position_embeddings":131072,"rms_norm_eps":1e-5,"rope_theta":500000.0,
        "hidden_act":"silu","tie_word_embeddings":false,"attention_bias":false,
        "rope_scaling":{"rope_type":"llama3","factor":8.0,"low_freq_factor":1.0,
        "high_freq_factor":4.0,"original_max_position_embeddings":8192}})",
        "config.json");
}

std::string complaint(const Json& json)
{
    return messageOf([&] { core::configFromJson(json, "config.json"); });
}

/// What is said when `key` holds `value` instead.
std::string complaint(const char* key, const Json& value)
{
    Json json = llama31();
    json[key] = value;
    return complaint(json);
}

/// Why such a model is not computed.
std::string reason(const Json& json)
{
    return core::configFromJson(json, "config.json").notComputed;
}

std::string reason(const char* key, const Json& value)
{
    Json json = llama31();
    json[key] = value;
    return reason(json);
}

core::GgufMetadata ggufPairs()
{
    core::GgufMetadata pairs;
    pairs.set("general.architecture", std::string("llama"));
    pairs.set("general.name", std::string("Small"));
    pairs.set("llama.block_count", std::uint32_t(30));
    pairs.set("llama.context_length", std::uint32_t(8192));
    pairs.set("llama.embedding_length", std::uint32_t(576));
    pairs.set("llama.feed_forward_length", std::uint32_t(1536));
    pairs.set("llama.attention.head_count", std::uint32_t(9));
    pairs.set("llama.attention.head_count_kv", std::uint32_t(3));
    pairs.set("llama.attention.layer_norm_rms_epsilon", 1e-5f);
    pairs.set("llama.rope.freq_base", 100000.0f);
    return pairs;
}

std::string ggufComplaint(const char* key, const core::GgufValue& value)
{
    core::GgufMetadata pairs = ggufPairs();
    pairs.set(key, value);
    return messageOf([&] { core::configFromGguf(pairs, "m.gguf"); });
}

std::string ggufReason(const char* key, const core::GgufValue& value)
{
    core::GgufMetadata pairs = ggufPairs();
    pairs.set(key, value);
    return core::configFromGguf(pairs, "m.gguf").notComputed;
}

} // namespace

class TestConfig : public QObject {
    Q_OBJECT
private slots:
    void readsLlama31()
    {
        const ModelConfig config = core::configFromJson(llama31(), "config.json");
        QCOMPARE(config.layers, 32);
        QCOMPARE(config.hidden, 4096);
        QCOMPARE(config.feedForward, 14336);
        QCOMPARE(config.heads, 32);
        QCOMPARE(config.keyValueHeads, 8);
        QCOMPARE(config.headDim, 128);
        QCOMPARE(config.vocabulary, 128256);
        QCOMPARE(config.context, 131072);
        QCOMPARE(config.ropeBase, 500000.0);
        QCOMPARE(config.normEpsilon, 1e-5f);
        QCOMPARE(config.rotary, core::RotaryLayout::Halves);
        QVERIFY(!config.tiedHead);
    }

    void dividesSlowFrequenciesByTheLlama3Factor()
    {
        const auto factors = core::configFromJson(llama31(), "config.json").ropeFactors;
        QCOMPARE(factors.size(), std::size_t(64));
        QCOMPARE(factors.front(), 1.0f); // one turn in 6 tokens: kept
        QCOMPARE(factors.back(), 8.0f); // one turn in 2.6 million tokens: divided
        // Pair 32 turns once in 2π·√500000 = 4442.9 tokens, so 8192/4442.9 = 1.8438 times in the
        // original context: (1.8438 − 1)/3 = 0.28128 of the way from 1/8 to 1.
        QVERIFY(std::abs(factors[32] - 1 / (0.71872 / 8 + 0.28128)) < 1e-3);
    }

    void fillsInWhatOlderFilesLeaveOut()
    {
        Json json = llama31();
        for (const char* key : { "num_key_value_heads", "max_position_embeddings", "rms_norm_eps",
                 "rope_theta", "rope_scaling", "hidden_act", "tie_word_embeddings" })
            json.erase(key);
        json["head_dim"] = nullptr;
        const ModelConfig config = core::configFromJson(json, "config.json");
        QCOMPARE(config.keyValueHeads, 32);
        QCOMPARE(config.context, 2048);
        QCOMPARE(config.normEpsilon, 1e-6f);
        QCOMPARE(config.ropeBase, 10000.0);
        QCOMPARE(config.headDim, 128);
        QVERIFY(config.ropeFactors.empty());
        QVERIFY(!config.tiedHead);
    }

    void readsRopeParametersOfNewerFiles()
    {
        Json json = llama31();
        json["rope_parameters"] = json["rope_scaling"];
        json["rope_parameters"]["rope_theta"] = 20000.0;
        json.erase("rope_scaling");
        json.erase("rope_theta");
        const ModelConfig config = core::configFromJson(json, "config.json");
        QCOMPARE(config.ropeBase, 20000.0);
        QCOMPARE(config.ropeFactors.size(), std::size_t(64));
    }

    void readsLinearRopeScaling()
    {
        Json json = llama31();
        json["rope_scaling"] = { { "type", "linear" }, { "factor", 4.0 } };
        const ModelConfig config = core::configFromJson(json, "config.json");
        QCOMPARE(config.ropeLinearFactor, 4.0);
        QVERIFY(config.ropeFactors.empty());
    }

    void namesWhatItDoesNotCompute()
    {
        QCOMPARE(reason("architectures", { "MambaForCausalLM" }),
            std::string("config.json: the architecture is MambaForCausalLM, which Quantscope does "
                        "not compute: its tensors can be looked at"));
        Json json = llama31();
        json.erase("architectures");
        QCOMPARE(reason(json), std::string());
        json["model_type"] = "mamba";
        QCOMPARE(reason(json),
            std::string("config.json: the architecture is mamba, which Quantscope does not "
                        "compute: its tensors can be looked at"));
        QCOMPARE(reason("attention_bias", true), std::string());
        QCOMPARE(reason("hidden_act", "gelu"),
            std::string("config.json: hidden_act is gelu, expected silu"));
        QCOMPARE(reason("rope_scaling", { { "rope_type", "dynamic" }, { "factor", 2.0 } }),
            std::string("config.json: rope_scaling: rope_type is dynamic, expected default, "
                        "linear, llama3, longrope, yarn or proportional"));
    }

    void turnsLocalHeadsByTheirOwnChannels()
    {
        const auto gemma4 = core::parseJson(
            R"({"architectures": ["Gemma4ForCausalLM"], "model_type": "gemma4_text", "hidden_size":
            40, "intermediate_size": 72, "num_hidden_layers": 6, "num_attention_heads": 6,
            "num_key_value_heads": 2, "head_dim": 16, "vocab_size": 288,
            "max_position_embeddings": 128, "bos_token_id": 0, "eos_token_id": 0,
            "rms_norm_eps": 0.05, "global_head_dim": 32, "num_kv_shared_layers": 2,
            "hidden_size_per_layer_input": 8, "layer_types": ["sliding_attention",
            "full_attention", "sliding_attention", "full_attention", "sliding_attention",
            "full_attention"], "sliding_window": 16, "final_logit_softcapping": 12.0,
            "hidden_activation": "gelu_pytorch_tanh", "rope_parameters": {"full_attention":
            {"rope_type": "proportional", "partial_rotary_factor": 0.25, "rope_theta": 1000.0}},
            "use_double_wide_mlp": true})",
            "config.json"); // nothing is said of the local layers
        const ModelConfig config = core::configFromJson(gemma4, "config.json");
        QCOMPARE(core::rotaryObstacle(config), std::string());
        const core::RotarySpec local = core::layerSpec(config, 0).attention.rotary;
        QCOMPARE(local.channels, 16);
        QVERIFY(local.factors.empty());
        QCOMPARE(core::layerSpec(config, 1).attention.rotary.channels, 32);
    }

    void doesNotTurnWhatConfigsScaleOtherwise()
    {
        const auto deepseek = core::parseJson(
            R"({"architectures": ["DeepseekV3ForCausalLM"], "model_type": "deepseek_v3",
            "hidden_size": 40, "intermediate_size": 72, "num_hidden_layers": 3,
            "num_attention_heads": 6, "num_key_value_heads": 2, "head_dim": 2, "vocab_size":
            288, "max_position_embeddings": 128, "bos_token_id": 0, "eos_token_id": 0,
            "rms_norm_eps": 1e-06, "kv_lora_rank": 24, "qk_nope_head_dim": 12,
            "qk_rope_head_dim": 8, "v_head_dim": 10, "n_routed_experts": 8,
            "num_experts_per_tok": 3, "moe_intermediate_size": 24, "n_shared_experts": 2,
            "q_lora_rank": 28, "n_group": 4, "topk_group": 2, "first_k_dense_replace": 1,
            "routed_scaling_factor": 1.5, "norm_topk_prob": true, "rope_scaling": {"rope_type":
            "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
            "original_max_position_embeddings": 32}})",
            "config.json"); // head_dim says less than qk_rope_head_dim
        QCOMPARE(core::rotaryObstacle(core::configFromJson(deepseek, "config.json")),
            std::string("rope scaling divides the frequencies of 1 pairs of channels, expected 4, "
                        "as layer 0 turns"));
        QCOMPARE(
            core::rotaryObstacle(core::configFromJson(llama31(), "config.json")), std::string());
    }

    void readsTheWidthOfTheFirstLfm2()
    {
        const auto lfm2 = core::parseJson(
            R"({"architectures": ["Lfm2ForCausalLM"], "model_type": "lfm2", "hidden_size": 96,
            "num_hidden_layers": 4, "num_attention_heads": 6, "num_key_value_heads": 2,
            "head_dim": 16, "vocab_size": 288, "max_position_embeddings": 128, "bos_token_id":
            0, "eos_token_id": 0, "norm_eps": 0.05, "layer_types": ["conv", "conv",
            "full_attention", "conv"], "conv_L_cache": 3, "block_ff_dim": 72,
            "block_auto_adjust_ff_dim": true, "block_multiple_of": 24,
            "block_ffn_dim_multiplier": 1.25, "tie_embedding": true})",
            "config.json");
        QCOMPARE(core::configFromJson(lfm2, "config.json").notComputed, std::string());
    }

    void doesNotComputeAttentionInBothDirections()
    {
        Json json = llama31();
        json["architectures"] = Json::array({ "Gemma3ForCausalLM" });
        json["model_type"] = "gemma3_text";
        json["hidden_activation"] = "gelu_pytorch_tanh";
        json.erase("hidden_act");
        json.erase("rope_scaling");
        QCOMPARE(core::configFromJson(json, "config.json").notComputed, std::string());
        json["use_bidirectional_attention"] = true;
        QVERIFY(core::configFromJson(json, "config.json").notComputed.find("bidirectional")
            != std::string::npos);
    }

    void namesTheKeyOfAnImpossibleValue()
    {
        QCOMPARE(complaint("hidden_size", 0),
            std::string("config.json: hidden_size is 0, expected 1 to 16777216"));
        QCOMPARE(complaint("num_hidden_layers", -3),
            std::string("config.json: num_hidden_layers is -3, expected 1 to 10000"));
        QCOMPARE(complaint("num_key_value_heads", 5),
            std::string(
                "config.json: num_attention_heads is 32 and num_key_value_heads 5, expected "
                "the first to be a multiple of the second"));
        QCOMPARE(complaint("num_attention_heads", 24),
            std::string("config.json: hidden_size is 4096 and num_attention_heads 24, expected a "
                        "multiple, or a head_dim"));
        QVERIFY(complaint("head_dim", 127).find("head_dim is 127") != std::string::npos);
        QVERIFY(complaint("rms_norm_eps", 0.0).find("rms_norm_eps is 0") != std::string::npos);
        QVERIFY(
            complaint("hidden_size", "wide").find("hidden_size is \"wide\"") != std::string::npos);
        Json json = llama31();
        json.erase("vocab_size");
        QVERIFY(complaint(json).find("vocab_size is missing") != std::string::npos);
        QVERIFY(complaint(Json::array()).find("found array") != std::string::npos);
    }

    void readsAGguf()
    {
        const ModelConfig config = core::configFromGguf(ggufPairs(), "m.gguf");
        QCOMPARE(config.name, std::string("Small"));
        QCOMPARE(config.layers, 30);
        QCOMPARE(config.headDim, 64);
        QCOMPARE(config.keyValueHeads, 3);
        QCOMPARE(config.ropeBase, 100000.0);
        QCOMPARE(config.rotary, core::RotaryLayout::Pairs);
        QCOMPARE(ggufComplaint("llama.rope.dimension_count", std::uint32_t(64)),
            std::string("no error"));
        QCOMPARE(ggufComplaint("llama.expert_count", std::uint32_t(0)), std::string("no error"));
    }

    void namesTheGgufPairThatIsWrong()
    {
        QCOMPARE(ggufReason("general.architecture", std::string("mamba")),
            std::string("m.gguf: the architecture is mamba, which Quantscope does not compute: it "
                        "can be looked at and requantized"));
        QCOMPARE(ggufComplaint("llama.block_count", std::string("many")),
            std::string("m.gguf: llama.block_count is many, expected a number"));
        QCOMPARE(ggufComplaint("llama.block_count", -1),
            std::string("m.gguf: llama.block_count is -1, expected 1 to 10000"));
        QCOMPARE(ggufComplaint("llama.expert_count", std::uint32_t(8)),
            std::string("m.gguf: llama.expert_used_count is missing, expected a whole number"));
        QCOMPARE(ggufComplaint("llama.rope.dimension_count", std::uint32_t(32)),
            std::string("m.gguf: llama.rope.dimension_count is 32, expected 64, the width of a "
                        "head"));
        QVERIFY(ggufReason("llama.rope.scaling.type", std::string("dynamic")).find("is dynamic")
            != std::string::npos);
        core::GgufMetadata pairs = ggufPairs();
        pairs.remove("llama.embedding_length");
        QCOMPARE(messageOf([&] { core::configFromGguf(pairs, "m.gguf"); }),
            std::string("m.gguf: llama.embedding_length is missing, expected a whole number"));
    }

    void comesBackFromTheGgufItWrites()
    {
        ModelConfig config = core::configFromJson(llama31(), "config.json");
        config.name = "Large";
        config.headDim = 64; // not hidden / heads
        config.ropeLinearFactor = 2;
        const ModelConfig again = core::configFromGguf(core::configToGguf(config), "m.gguf");
        QCOMPARE(again.name, config.name);
        QCOMPARE(again.layers, config.layers);
        QCOMPARE(again.hidden, config.hidden);
        QCOMPARE(again.feedForward, config.feedForward);
        QCOMPARE(again.heads, config.heads);
        QCOMPARE(again.keyValueHeads, config.keyValueHeads);
        QCOMPARE(again.headDim, config.headDim);
        QCOMPARE(again.context, config.context);
        QCOMPARE(again.normEpsilon, config.normEpsilon);
        QCOMPARE(again.ropeBase, config.ropeBase);
        QCOMPARE(again.ropeLinearFactor, config.ropeLinearFactor);
    }
};

QTEST_APPLESS_MAIN(TestConfig)
#include "tst_config.moc"
