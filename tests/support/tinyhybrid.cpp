// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/tinybuilder.h"

namespace support::tiny {

namespace {

    constexpr int netKeyHeads = 2, netValueHeads = 6, netDim = 8, kernel = 4;
    constexpr int netKeys = netKeyHeads * netDim, netValues = netValueHeads * netDim;
    constexpr int mixed = 2 * netKeys + netValues;
    constexpr int experts = 6, expertSize = 24, sharedSize = 56;

    void replace(std::string& words, const std::string& old, const std::string& other)
    {
        words.replace(words.find(old), old.size(), other);
    }

    /// One gated delta net. Its memory reaches back some ten tokens.
    void addDeltaNet(Builder& b, const std::string& prefix)
    {
        const std::string p = prefix + "linear_attn.";
        b.matrix(p + "in_proj_qkv.weight", mixed, hidden);
        b.matrix(p + "in_proj_z.weight", netValues, hidden);
        b.matrix(p + "in_proj_b.weight", netValueHeads, hidden, 1.6);
        b.matrix(p + "in_proj_a.weight", netValueHeads, hidden);
        b.stack(p + "conv1d.weight", mixed, 1, kernel, kernel);
        b.norm(p + "A_log", netValueHeads, -1);
        b.norm(p + "dt_bias", netValueHeads, -1);
        b.norm(p + "norm.weight", netDim);
        b.matrix(p + "out_proj.weight", hidden, netValues);
    }

    /// Attention whose queries carry a gate.
    void addGatedAttention(Builder& b, const std::string& p)
    {
        b.matrix(p + "self_attn.q_proj.weight", 2 * queries, hidden, 1.6);
        b.matrix(p + "self_attn.k_proj.weight", keys, hidden, 1.6);
        b.matrix(p + "self_attn.v_proj.weight", keys, hidden);
        b.matrix(p + "self_attn.o_proj.weight", hidden, queries);
        headNorms(b, p, 0.6); // 1 is added
    }

    void addDense(Builder& b, const std::string& p)
    {
        b.matrix(p + "mlp.gate_proj.weight", size, hidden);
        b.matrix(p + "mlp.up_proj.weight", size, hidden);
        b.matrix(p + "mlp.down_proj.weight", hidden, size);
    }

    void addMixture(Builder& b, const std::string& prefix)
    {
        const std::string p = prefix + "mlp.";
        b.matrix(p + "gate.weight", experts, hidden, 2);
        b.stack(p + "experts.gate_up_proj", experts, 2 * expertSize, hidden, hidden);
        b.stack(p + "experts.down_proj", experts, hidden, expertSize, expertSize);
        b.matrix(p + "shared_expert_gate.weight", 1, hidden, 2);
        b.matrix(p + "shared_expert.gate_proj.weight", sharedSize, hidden);
        b.matrix(p + "shared_expert.up_proj.weight", sharedSize, hidden);
        b.matrix(p + "shared_expert.down_proj.weight", hidden, sharedSize);
    }

    using AddFeedForward = void (*)(Builder&, const std::string&);

    /// Attention in layer 2 of 4.
    std::vector<TinyTensor> qwen35Tensors(
        std::uint32_t seed, const std::string& body, AddFeedForward addFeedForward)
    {
        Builder b(seed);
        b.embedding(body + "embed_tokens.weight", vocabulary, hidden, 1);
        for (int layer = 0; layer < 4; ++layer) {
            const std::string p = body + "layers." + std::to_string(layer) + ".";
            b.norm(p + "input_layernorm.weight", hidden, 0);
            b.norm(p + "post_attention_layernorm.weight", hidden, 0);
            if (layer == 2)
                addGatedAttention(b, p);
            else
                addDeltaNet(b, p);
            addFeedForward(b, p);
        }
        b.norm(body + "norm.weight", hidden, 0);
        b.matrix("lm_head.weight", vocabulary, hidden, 3.4);
        return b.take();
    }

    std::string qwen35Config(const char* className, const char* type, const std::string& more)
    {
        std::string json = config(className, type, 4,
            R"(, "layer_types": ["linear_attention", "linear_attention", "full_attention",
            "linear_attention"], "linear_num_key_heads": 2, "linear_num_value_heads": 6,
            "linear_key_head_dim": 8, "linear_value_head_dim": 8, "linear_conv_kernel_dim": 4,
            "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0,
            "partial_rotary_factor": 0.5, "mrope_section": [2, 1, 1],
            "mrope_interleaved": true})"
                + more);
        // Of other numbers llama.cpp makes another length of queries and keys.
        replace(json, "\"rms_norm_eps\": 0.05", "\"rms_norm_eps\": 1e-06");
        return json;
    }

    TinyArchitecture qwen35()
    {
        return { qwen35Config("Qwen3_5ForCausalLM", "qwen3_5_text", ""),
            qwen35Tensors(31, "model.", addDense) };
    }

    /// As it is downloaded: a model that also sees, and predicts a second token.
    TinyArchitecture qwen35Nested()
    {
        Builder b(32);
        b.matrix("model.visual.patch_embed.proj.weight", 8, 8);
        b.matrix("mtp.fc.weight", hidden, 2 * hidden);
        b.norm("mtp.norm.weight", hidden, 0);
        std::vector<TinyTensor> tensors = qwen35Tensors(33, "model.language_model.", addDense);
        for (TinyTensor& other : b.take())
            tensors.push_back(std::move(other));
        return { R"({"architectures": ["Qwen3_5ForConditionalGeneration"],
            "model_type": "qwen3_5", "tie_word_embeddings": false, "text_config": )"
                + qwen35Config("Qwen3_5ForCausalLM", "qwen3_5_text", "") + "}",
            std::move(tensors) };
    }

    TinyArchitecture qwen35moe()
    {
        return { qwen35Config("Qwen3_5MoeForCausalLM", "qwen3_5_moe_text",
                     R"(, "num_experts": 6, "num_experts_per_tok": 4, "moe_intermediate_size": 24,
            "shared_expert_intermediate_size": 56)"),
            qwen35Tensors(34, "model.", addMixture) };
    }

    TinyArchitecture lfm2()
    {
        constexpr int width = queries; // llama.cpp takes it for granted here
        Builder b(35);
        b.embedding("model.embed_tokens.weight", vocabulary, width, 3 / std::sqrt(double(width)));
        for (int layer = 0; layer < 4; ++layer) {
            const std::string p = layerPrefix(layer);
            b.norm(p + "operator_norm.weight", width);
            b.norm(p + "ffn_norm.weight", width);
            if (layer == 2) {
                b.matrix(p + "self_attn.q_proj.weight", queries, width, 1.6);
                b.matrix(p + "self_attn.k_proj.weight", keys, width, 1.6);
                b.matrix(p + "self_attn.v_proj.weight", keys, width);
                b.matrix(p + "self_attn.out_proj.weight", width, queries);
                b.norm(p + "self_attn.q_layernorm.weight", headDim, 1.6);
                b.norm(p + "self_attn.k_layernorm.weight", headDim, 1.6);
            } else {
                b.matrix(p + "conv.in_proj.weight", 3 * width, width);
                b.stack(p + "conv.conv.weight", width, 1, 3, 3);
                b.matrix(p + "conv.out_proj.weight", width, width);
            }
            b.matrix(p + "feed_forward.w1.weight", size, width);
            b.matrix(p + "feed_forward.w3.weight", size, width);
            b.matrix(p + "feed_forward.w2.weight", width, size);
        }
        b.norm("model.embedding_norm.weight", width);
        // The width that is written becomes that of the matrices: 2/3 · 72 · 1.25 = 60, up to 72.
        std::string json = config("Lfm2ForCausalLM", "lfm2", 4,
            R"(, "layer_types": ["conv", "conv", "full_attention", "conv"], "conv_L_cache": 3,
            "block_ff_dim": 72, "block_auto_adjust_ff_dim": true, "block_multiple_of": 24,
            "block_ffn_dim_multiplier": 1.25, "tie_embedding": true)",
            width);
        replace(json, "rms_norm_eps", "norm_eps");
        return { json, b.take() };
    }

} // namespace

Builders withOtherMixers()
{
    return {
        { "lfm2", lfm2 },
        { "qwen35", qwen35 },
        { "qwen35-nested", qwen35Nested },
        { "qwen35moe", qwen35moe },
    };
}

TinyArchitecture qwen35OtherEpsilon()
{
    TinyArchitecture tiny = qwen35();
    replace(tiny.config, "\"rms_norm_eps\": 1e-06", "\"rms_norm_eps\": 0.05");
    return tiny;
}

} // namespace support::tiny
