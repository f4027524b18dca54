// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/tinybuilder.h"

namespace support::tiny {

namespace {

    void plainFeedForward(Builder& b, const std::string& p)
    {
        b.matrix(p + "mlp.c_fc.weight", size, queries);
        b.bias(p + "mlp.c_fc.bias", size);
        b.matrix(p + "mlp.c_proj.weight", queries, size);
        b.bias(p + "mlp.c_proj.bias", queries);
    }

    TinyArchitecture starcoder2()
    {
        Usual model;
        model.gated = false;
        model.width = queries; // llama.cpp takes it for granted here
        model.more = [](Builder& b, const std::string& p, int layer) {
            b.bias(p + "input_layernorm.bias", queries);
            b.bias(p + "post_attention_layernorm.bias", queries);
            queryBiases(b, p);
            b.bias(p + "self_attn.o_proj.bias", queries);
            plainFeedForward(b, p);
            if (layer == 0)
                b.bias("model.norm.bias", queries);
        };
        return { config("Starcoder2ForCausalLM", "starcoder2", 3,
                     R"(, "norm_epsilon": 0.05, "use_bias": true,
            "hidden_act": "gelu_pytorch_tanh", "tie_word_embeddings": false)",
                     queries),
            usual(15, model) };
    }

    TinyArchitecture stablelm(bool isParallel)
    {
        Usual model;
        model.norms = false;
        model.width = queries; // llama.cpp takes it for granted here
        model.more = [isParallel](Builder& b, const std::string& p, int layer) {
            b.norm(p + "input_layernorm.weight", queries);
            b.bias(p + "input_layernorm.bias", queries);
            if (!isParallel) {
                b.norm(p + "post_attention_layernorm.weight", queries);
                b.bias(p + "post_attention_layernorm.bias", queries);
                queryBiases(b, p);
            } else {
                for (int head = 0; head < heads; ++head)
                    b.norm(p + "self_attn.q_layernorm.norms." + std::to_string(head) + ".weight",
                        headDim, 1.6);
                for (int head = 0; head < keyHeads; ++head)
                    b.norm(p + "self_attn.k_layernorm.norms." + std::to_string(head) + ".weight",
                        headDim, 1.6);
            }
            if (layer == 0)
                b.bias("model.norm.bias", queries);
        };
        return { config("StableLmForCausalLM", "stablelm", 3,
                     isParallel ? R"(, "layer_norm_eps": 0.05, "partial_rotary_factor": 0.25,
            "use_parallel_residual": true, "qk_layernorm": true)"
                                : R"(, "layer_norm_eps": 0.05, "partial_rotary_factor": 0.25,
            "use_qkv_bias": true)",
                     queries),
            usual(16, model) };
    }

    TinyArchitecture phi3(bool isLong)
    {
        constexpr int width = queries; // llama.cpp takes it for granted here
        Builder b(17);
        b.embedding("model.embed_tokens.weight", vocabulary, width, 1);
        for (int layer = 0; layer < 3; ++layer) {
            const std::string p = layerPrefix(layer);
            b.norm(p + "input_layernorm.weight", width);
            b.norm(p + "post_attention_layernorm.weight", width);
            b.matrix(p + "self_attn.qkv_proj.weight", queries + 2 * keys, width, 1.6);
            b.matrix(p + "self_attn.o_proj.weight", width, queries, 0.7);
            b.matrix(p + "mlp.gate_up_proj.weight", 2 * size, width);
            b.matrix(p + "mlp.down_proj.weight", width, size);
        }
        b.norm("model.norm.weight", width);
        b.matrix("lm_head.weight", vocabulary, width, 3);
        const std::string scaling = isLong
            ? R"(, "original_max_position_embeddings": 32, "rope_scaling": {"type": "longrope",
            "short_factor": [1.0, 1.1, 1.2, 1.4, 1.6, 1.8, 2.0, 2.5],
            "long_factor": [1.0, 1.3, 1.7, 2.2, 3.0, 4.0, 5.0, 8.0]})"
            : R"(, "original_max_position_embeddings": 128)";
        return { config(
                     "Phi3ForCausalLM", "phi3", 3, R"(, "sliding_window": null)" + scaling, width),
            b.take() };
    }

    /// As Phi-4-mini: three quarters of a head are turned, the head is tied.
    TinyArchitecture phi3Partial()
    {
        constexpr int width = queries;
        TinyArchitecture tiny = phi3(false);
        tiny.tensors.pop_back(); // lm_head
        for (float& weight : tiny.tensors.front().weights) // the embedding makes logits now
            weight *= 3 / std::sqrt(float(width));
        tiny.config = config("Phi3ForCausalLM", "phi3", 3,
            R"(, "sliding_window": null, "tie_word_embeddings": true,
            "partial_rotary_factor": 0.75, "original_max_position_embeddings": 32,
            "rope_scaling": {"type": "longrope", "short_factor": [1.0, 1.1, 1.2, 1.4, 1.6, 1.8],
            "long_factor": [1.0, 1.3, 1.7, 2.2, 3.0, 4.0]})",
            width);
        return tiny;
    }

    TinyArchitecture glm4()
    {
        Builder b(18);
        b.embedding("model.embed_tokens.weight", vocabulary, hidden, 1);
        for (int layer = 0; layer < 3; ++layer) {
            const std::string p = layerPrefix(layer);
            for (const char* norm : { "input_layernorm", "post_self_attn_layernorm",
                     "post_attention_layernorm", "post_mlp_layernorm" })
                b.norm(p + norm + ".weight", hidden);
            b.matrix(p + "self_attn.q_proj.weight", queries, hidden, 1.6);
            b.matrix(p + "self_attn.k_proj.weight", keys, hidden, 1.6);
            b.matrix(p + "self_attn.v_proj.weight", keys, hidden);
            queryBiases(b, p);
            b.matrix(p + "self_attn.o_proj.weight", hidden, queries);
            b.matrix(p + "mlp.gate_up_proj.weight", 2 * size, hidden);
            b.matrix(p + "mlp.down_proj.weight", hidden, size);
        }
        b.norm("model.norm.weight", hidden);
        b.matrix("lm_head.weight", vocabulary, hidden, 3);
        return { config("Glm4ForCausalLM", "glm4", 3,
                     R"(, "attention_bias": true, "partial_rotary_factor": 0.5)"),
            b.take() };
    }

    TinyArchitecture gpt2()
    {
        constexpr int width = 48; // six heads of 8
        Builder b(19);
        b.embedding("transformer.wte.weight", vocabulary, width, 0.5);
        b.embedding("transformer.wpe.weight", 128, width, 0.5);
        for (int layer = 0; layer < 3; ++layer) {
            const std::string p = "transformer.h." + std::to_string(layer) + ".";
            for (const char* norm : { "ln_1", "ln_2" }) {
                b.norm(p + norm + ".weight", width);
                b.bias(p + norm + ".bias", width);
            }
            b.transposed(p + "attn.c_attn.weight", 3 * width, width, 1.6);
            b.bias(p + "attn.c_attn.bias", 3 * width);
            b.transposed(p + "attn.c_proj.weight", width, width, 0.7);
            b.bias(p + "attn.c_proj.bias", width);
            b.transposed(p + "mlp.c_fc.weight", 4 * width, width);
            b.bias(p + "mlp.c_fc.bias", 4 * width);
            b.transposed(p + "mlp.c_proj.weight", width, 4 * width);
            b.bias(p + "mlp.c_proj.bias", width);
        }
        b.norm("transformer.ln_f.weight", width);
        b.bias("transformer.ln_f.bias", width);
        return { R"({"architectures": ["GPT2LMHeadModel"], "model_type": "gpt2", "n_embd": 48,
            "n_head": 6, "n_layer": 3, "n_positions": 128, "vocab_size": 288,
            "activation_function": "gelu_new", "layer_norm_epsilon": 0.05, "bos_token_id": 0,
            "eos_token_id": 0})",
            b.take() };
    }

    /// `norms`: before attention and feed-forward, 2 of its own each.
    TinyArchitecture falcon(bool isNew, int norms)
    {
        constexpr int width = 48, perHead = 8, all = 6;
        const int groups = isNew ? 2 : 1;
        Builder b(20);
        b.embedding("transformer.word_embeddings.weight", vocabulary, width, 0.5);
        for (int layer = 0; layer < 3; ++layer) {
            const std::string p = "transformer.h." + std::to_string(layer) + ".";
            const auto names = norms == 2 ? std::vector{ "ln_attn", "ln_mlp" }
                                          : std::vector{ "input_layernorm" };
            for (const char* norm : names) {
                b.norm(p + norm + ".weight", width);
                b.bias(p + norm + ".bias", width);
            }
            b.matrix(p + "self_attention.query_key_value.weight", (all + 2 * groups) * perHead,
                width, 1.6);
            b.matrix(p + "self_attention.dense.weight", width, width, 0.7);
            b.matrix(p + "mlp.dense_h_to_4h.weight", 4 * width, width);
            b.matrix(p + "mlp.dense_4h_to_h.weight", width, 4 * width);
        }
        b.norm("transformer.ln_f.weight", width);
        b.bias("transformer.ln_f.bias", width);
        return { std::string(R"({"architectures": ["FalconForCausalLM"], "model_type": "falcon",
            "hidden_size": 48, "num_attention_heads": 6, "num_hidden_layers": 3,
            "vocab_size": 288, "layer_norm_epsilon": 0.05, "parallel_attn": true, "alibi": false,
            "bias": false, "bos_token_id": 0, "eos_token_id": 0, )")
                + (isNew ? R"("new_decoder_architecture": true, "num_kv_heads": 2,
            "num_ln_in_parallel_attn": )"
                            + std::to_string(norms) + "}"
                         : R"("new_decoder_architecture": false, "multi_query": true})"),
            b.take() };
    }

} // namespace

Builders withNamesOfTheirOwn()
{
    return {
        { "falcon", [] { return falcon(false, 1); } },
        { "falcon-new", [] { return falcon(true, 2); } },
        { "falcon-new-one", [] { return falcon(true, 1); } },
        { "glm4", glm4 },
        { "gpt2", gpt2 },
        { "phi3", [] { return phi3(false); } },
        { "phi3-long", [] { return phi3(true); } },
        { "phi3-partial", phi3Partial },
        { "stablelm", [] { return stablelm(false); } },
        { "stablelm-parallel", [] { return stablelm(true); } },
        { "starcoder2", starcoder2 },
    };
}

} // namespace support::tiny
