// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/tinybuilder.h"

#include <algorithm>

namespace support::tiny {

namespace {

    constexpr int globalDim = 32, perLayer = 8; // channels of a head, of a layer's own input
    constexpr int queryRank = 28, keyRank = 24, plain = 12, turned = 8, value = 10;
    constexpr int experts = 8, expertSize = 24, sharedExperts = 2;

    std::string list(const std::vector<std::string>& words)
    {
        std::string all;
        for (const std::string& word : words)
            all += (all.empty() ? "\"" : ", \"") + word + "\"";
        return "[" + all + "]";
    }

    /// What sets one Gemma 4 apart from another.
    struct Gemma4 {
        std::vector<int> global; ///< layers that see everything
        int layers = 0;
        int shared = 0; ///< the last ones, which take keys of earlier ones
        bool hasPerLayer = false, isWide = false;
        bool hasExperts = false; ///< beside the feed-forward
        bool sharesProjection = false; ///< of keys and values, in global layers, with one key head
    };

    bool isGlobal(const Gemma4& model, int layer)
    {
        return std::ranges::count(model.global, layer) > 0;
    }

    void addAttention(Builder& b, const std::string& p, const Gemma4& model, int layer)
    {
        const bool global = isGlobal(model, layer);
        const int dim = global ? globalDim : headDim;
        const int keyHeadsHere = global && model.sharesProjection ? 1 : keyHeads;
        b.matrix(p + "self_attn.q_proj.weight", heads * dim, hidden, 1.6);
        b.norm(p + "self_attn.q_norm.weight", dim, 0.8);
        b.matrix(p + "self_attn.o_proj.weight", hidden, heads * dim);
        if (layer >= model.layers - model.shared)
            return;
        b.matrix(p + "self_attn.k_proj.weight", keyHeadsHere * dim, hidden, 1.6);
        b.norm(p + "self_attn.k_norm.weight", dim, 0.8);
        if (!global || !model.sharesProjection)
            b.matrix(p + "self_attn.v_proj.weight", keyHeadsHere * dim, hidden);
    }

    void addLayer(Builder& b, const std::string& p, const Gemma4& model, int layer)
    {
        for (const char* name :
            { "input_layernorm", "post_attention_layernorm", "pre_feedforward_layernorm" })
            b.norm(p + name + ".weight", hidden);
        // Less of what GELU makes, which llama.cpp looks up in a table of half precision.
        b.norm(p + "post_feedforward_layernorm.weight", hidden, 0.5);
        addAttention(b, p, model, layer);
        const bool isDouble = model.isWide && layer >= model.layers - model.shared;
        const int inside = isDouble ? 2 * size : size;
        b.matrix(p + "mlp.gate_proj.weight", inside, hidden);
        b.matrix(p + "mlp.up_proj.weight", inside, hidden);
        b.matrix(p + "mlp.down_proj.weight", hidden, inside);
        b.norm(p + "layer_scalar", 1);
        if (model.hasExperts) {
            constexpr int count = 6; // of 8 experts llama.cpp's mixes round keys otherwise
            b.matrix(p + "router.proj.weight", count, hidden, 12); // what it reads is small
            b.norm(p + "router.scale", hidden);
            b.norm(p + "router.per_expert_scale", count);
            b.stack(p + "experts.gate_up_proj", count, 2 * expertSize, hidden, hidden);
            b.stack(p + "experts.down_proj", count, hidden, expertSize, expertSize);
            for (const char* name : { "pre_feedforward_layernorm_2", "post_feedforward_layernorm_1",
                     "post_feedforward_layernorm_2" })
                b.norm(p + name + ".weight", hidden);
        }
        if (!model.hasPerLayer)
            return;
        b.matrix(p + "per_layer_input_gate.weight", perLayer, hidden);
        b.matrix(p + "per_layer_projection.weight", hidden, perLayer);
        b.norm(p + "post_per_layer_input_norm.weight", hidden, 0.5);
    }

    std::vector<TinyTensor> tensorsOf(const Gemma4& model, std::uint32_t seed)
    {
        Builder b(seed);
        b.embedding(
            "model.embed_tokens.weight", vocabulary, hidden, 3.5 / std::sqrt(double(hidden)));
        if (model.hasPerLayer) {
            b.embedding("model.embed_tokens_per_layer.weight", vocabulary, model.layers * perLayer,
                1 / std::sqrt(double(perLayer)));
            b.matrix("model.per_layer_model_projection.weight", model.layers * perLayer, hidden);
            b.norm("model.per_layer_projection_norm.weight", perLayer);
        }
        for (int layer = 0; layer < model.layers; ++layer)
            addLayer(b, layerPrefix(layer), model, layer);
        b.norm("model.norm.weight", hidden);
        return b.take();
    }

    TinyArchitecture gemma4(const Gemma4& model, std::uint32_t seed, const std::string& more)
    {
        std::vector<std::string> types;
        for (int layer = 0; layer < model.layers; ++layer)
            types.push_back(isGlobal(model, layer) ? "full_attention" : "sliding_attention");
        const auto number = [](const char* key, int held) {
            return std::string(", \"") + key + "\": " + std::to_string(held);
        };
        return { config("Gemma4ForCausalLM", "gemma4_text", model.layers,
                     number("global_head_dim", globalDim)
                         + number("num_kv_shared_layers", model.shared)
                         + number("hidden_size_per_layer_input", model.hasPerLayer ? perLayer : 0)
                         + ", \"layer_types\": " + list(types)
                         + R"(, "sliding_window": 16, "final_logit_softcapping": 12.0,
            "hidden_activation": "gelu_pytorch_tanh", "rope_parameters": {
            "sliding_attention": {"rope_type": "default", "rope_theta": 10000.0},
            "full_attention": {"rope_type": "proportional", "partial_rotary_factor": 0.25,
            "rope_theta": 1000.0}})"
                         + more),
            tensorsOf(model, seed) };
    }

    /// As the small ones: inputs of each layer's own, shared keys, wider last layers.
    TinyArchitecture gemma4Small()
    {
        return gemma4({ { 1, 3, 5 }, 6, 2, true, true, false, false }, 31,
            R"(, "use_double_wide_mlp": true)");
    }

    /// As the large ones: keys that are values, too.
    TinyArchitecture gemma4Large()
    {
        return gemma4({ { 1, 3 }, 4, 0, false, false, false, true }, 32,
            R"(, "attention_k_eq_v": true, "num_global_key_value_heads": 1)");
    }

    /// As 26B-A4B.
    TinyArchitecture gemma4Experts()
    {
        return gemma4({ { 1, 3 }, 4, 0, false, false, true, true }, 36,
            R"(, "attention_k_eq_v": true, "num_global_key_value_heads": 1,
            "enable_moe_block": true, "num_experts": 6, "top_k_experts": 3,
            "moe_intermediate_size": 24)");
    }

    struct Deepseek {
        int layers = 3;
        int dense = 1; ///< the first ones
        bool hasQueryRank = true, hasBias = true;
        bool isStacked = false; ///< its experts
        double gain = 1; ///< of what is written into the residual stream
    };

    void addExperts(Builder& b, const std::string& p, const Deepseek& model)
    {
        b.matrix(p + "mlp.gate.weight", experts, hidden, 2);
        if (model.hasBias)
            b.bias(p + "mlp.gate.e_score_correction_bias", experts);
        const auto add = [&](const std::string& name, int inside) {
            b.matrix(p + name + "gate_proj.weight", inside, hidden);
            b.matrix(p + name + "up_proj.weight", inside, hidden);
            b.matrix(p + name + "down_proj.weight", hidden, inside, model.gain);
        };
        for (int i = 0; i < experts && !model.isStacked; ++i)
            add("mlp.experts." + std::to_string(i) + ".", expertSize);
        add("mlp.shared_experts.", sharedExperts * expertSize);
        if (!model.isStacked)
            return;
        b.stack(p + "mlp.experts.gate_up_proj", experts, 2 * expertSize, hidden, hidden);
        b.stack(p + "mlp.experts.down_proj", experts, hidden, expertSize, expertSize);
    }

    void addLayer(Builder& b, const std::string& p, const Deepseek& model, int layer)
    {
        b.norm(p + "input_layernorm.weight", hidden);
        b.norm(p + "post_attention_layernorm.weight", hidden);
        const int all = heads * (plain + turned);
        if (model.hasQueryRank) {
            b.matrix(p + "self_attn.q_a_proj.weight", queryRank, hidden);
            b.norm(p + "self_attn.q_a_layernorm.weight", queryRank);
            b.matrix(p + "self_attn.q_b_proj.weight", all, queryRank, 1.6);
        } else {
            b.matrix(p + "self_attn.q_proj.weight", all, hidden, 1.6);
        }
        b.matrix(p + "self_attn.kv_a_proj_with_mqa.weight", keyRank + turned, hidden, 1.6);
        b.norm(p + "self_attn.kv_a_layernorm.weight", keyRank);
        b.matrix(p + "self_attn.kv_b_proj.weight", heads * (plain + value), keyRank, 1.6);
        b.matrix(p + "self_attn.o_proj.weight", hidden, heads * value, model.gain);
        if (layer >= model.dense)
            return addExperts(b, p, model);
        b.matrix(p + "mlp.gate_proj.weight", size, hidden);
        b.matrix(p + "mlp.up_proj.weight", size, hidden);
        b.matrix(p + "mlp.down_proj.weight", hidden, size, model.gain);
    }

    std::string configOf(const std::string& className, const std::string& type,
        const Deepseek& model, const std::string& more)
    {
        std::string json = config(className, type, model.layers,
            R"(, "kv_lora_rank": 24, "qk_nope_head_dim": 12, "qk_rope_head_dim": 8,
            "v_head_dim": 10, "n_routed_experts": 8, "num_experts_per_tok": 3,
            "moe_intermediate_size": 24, "n_shared_experts": 2)"
                + more);
        // transformers takes this epsilon for the latents' norms, llama.cpp that of all.
        const std::string epsilon = "\"rms_norm_eps\": 0.05";
        json.replace(json.find(epsilon), epsilon.size(), "\"rms_norm_eps\": 1e-06");
        return json;
    }

    TinyArchitecture deepseek(const Deepseek& model, std::uint32_t seed,
        const std::string& className, const std::string& type, const std::string& more)
    {
        Builder b(seed);
        b.embedding("model.embed_tokens.weight", vocabulary, hidden, 1);
        for (int layer = 0; layer < model.layers; ++layer)
            addLayer(b, layerPrefix(layer), model, layer);
        b.norm("model.norm.weight", hidden);
        b.matrix("lm_head.weight", vocabulary, hidden, 3.4);
        if (model.isStacked)
            return { configOf(className, type, model, more), b.take() };
        // What is read by nothing: a layer that predicts further tokens.
        b.matrix(layerPrefix(model.layers) + "eh_proj.weight", hidden, 2 * hidden);
        b.norm(layerPrefix(model.layers) + "enorm.weight", hidden);
        return { configOf(className, type, model, more), b.take() };
    }

    TinyArchitecture deepseekThird()
    {
        return deepseek({}, 36, "DeepseekV3ForCausalLM", "deepseek_v3",
            R"(, "q_lora_rank": 28, "n_group": 4, "topk_group": 2, "first_k_dense_replace": 1,
            "routed_scaling_factor": 1.5, "norm_topk_prob": true, "rope_scaling": {
            "rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32,
            "mscale": 1.0, "mscale_all_dim": 1.0})");
    }

    /// llama.cpp takes the small ones for what they are by their number of layers.
    TinyArchitecture deepseekSecond()
    {
        return deepseek({ 26, 1, false, false, false, 0.15 }, 34, "DeepseekV2ForCausalLM",
            "deepseek_v2",
            R"(, "q_lora_rank": null, "first_k_dense_replace": 1, "topk_method": "greedy",
            "routed_scaling_factor": 1.5, "norm_topk_prob": false)");
    }

    TinyArchitecture mistral4()
    {
        return deepseek({ 3, 0, true, false, true, 1 }, 40, "Mistral3ForConditionalGeneration",
            "mistral4",
            R"(, "q_lora_rank": 28, "first_k_dense_replace": 0, "norm_topk_prob": true,
            "rope_parameters": {"rope_type": "yarn", "rope_theta": 10000.0, "factor": 4.0,
            "original_max_position_embeddings": 32, "mscale": 1.0, "mscale_all_dim": 1.0,
            "llama_4_scaling_beta": 0.5})");
    }

    /// The groups of DeepSeek-V2, which llama.cpp judges otherwise, and another epsilon.
    TinyArchitecture deepseekGroups()
    {
        Deepseek model;
        model.hasBias = false;
        TinyArchitecture tiny = deepseek(model, 35, "DeepseekV2ForCausalLM", "deepseek_v2",
            R"(, "q_lora_rank": 28, "first_k_dense_replace": 1,
            "topk_method": "group_limited_greedy", "n_group": 4, "topk_group": 2,
            "routed_scaling_factor": 1.5, "norm_topk_prob": false)");
        const std::string epsilon = "1e-06";
        tiny.config.replace(tiny.config.find(epsilon), epsilon.size(), "0.05");
        return tiny;
    }

} // namespace

Builders withLatents()
{
    return {
        { "deepseek2", deepseekThird },
        { "deepseek2-lite", deepseekSecond },
        { "gemma4", gemma4Small },
        { "gemma4-experts", gemma4Experts },
        { "gemma4-large", gemma4Large },
        { "mistral4", mistral4 },
    };
}

Builders withLatentsApart()
{
    return {
        { "deepseek2-groups", deepseekGroups },
    };
}

} // namespace support::tiny
