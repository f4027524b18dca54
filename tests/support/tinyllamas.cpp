// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/tinybuilder.h"

namespace support::tiny {

namespace {

    TinyArchitecture llama()
    {
        return { config("LlamaForCausalLM", "llama", 3, R"(, "tie_word_embeddings": false)"),
            usual(1, {}) };
    }

    TinyArchitecture llamaBiased()
    {
        Usual model;
        model.more = [](Builder& b, const std::string& p, int) {
            queryBiases(b, p);
            b.bias(p + "self_attn.o_proj.bias", hidden);
            b.bias(p + "mlp.gate_proj.bias", size);
            b.bias(p + "mlp.up_proj.bias", size);
            b.bias(p + "mlp.down_proj.bias", hidden);
        };
        return { config("LlamaForCausalLM", "llama", 3,
                     R"(, "attention_bias": true, "mlp_bias": true)"),
            usual(2, model) };
    }

    TinyArchitecture llamaTied()
    {
        Usual model;
        model.untied = false;
        model.embedding = 3 / std::sqrt(double(hidden));
        return { config("LlamaForCausalLM", "llama", 3, R"(, "tie_word_embeddings": true)"),
            usual(21, model) };
    }

    TinyArchitecture llamaWindowed()
    {
        return { config("MistralForCausalLM", "mistral", 3, R"(, "sliding_window": 16)"),
            usual(22, {}) };
    }

    TinyArchitecture llama3()
    {
        return { config("LlamaForCausalLM", "llama", 3,
                     R"(, "rope_scaling": {"rope_type": "llama3", "factor": 8.0,
            "low_freq_factor": 1.0, "high_freq_factor": 4.0,
            "original_max_position_embeddings": 32})"),
            usual(3, {}) };
    }

    TinyArchitecture llamaLinear()
    {
        return { config("LlamaForCausalLM", "llama", 3,
                     R"(, "rope_scaling": {"rope_type": "linear", "factor": 4.0})"),
            usual(4, {}) };
    }

    TinyArchitecture llamaYarn()
    {
        return { config("LlamaForCausalLM", "llama", 3,
                     R"(, "rope_scaling": {"rope_type": "yarn", "factor": 4.0,
            "original_max_position_embeddings": 32})"),
            usual(5, {}) };
    }

    TinyArchitecture llamaYarnOwn()
    {
        return { config("LlamaForCausalLM", "llama", 3,
                     R"(, "rope_scaling": {"rope_type": "yarn", "factor": 4.0,
            "original_max_position_embeddings": 32, "beta_fast": 1.5, "beta_slow": 0.25,
            "attention_factor": 1.3, "truncate": false})"),
            usual(23, {}) };
    }

    TinyArchitecture mistral3()
    {
        return { config("Ministral3ForCausalLM", "ministral3", 3,
                     R"(, "rope_parameters": {"rope_type": "yarn", "rope_theta": 10000.0,
            "factor": 4.0, "original_max_position_embeddings": 32, "beta_fast": 1.5,
            "beta_slow": 0.25, "mscale": 1.0, "mscale_all_dim": 1.0,
            "llama_4_scaling_beta": 0.5})"),
            usual(6, {}) };
    }

    TinyArchitecture qwen2()
    {
        Usual model;
        model.width = queries; // llama.cpp takes it for granted here
        model.more = [](Builder& b, const std::string& p, int) { queryBiases(b, p); };
        return { config("Qwen2ForCausalLM", "qwen2", 3, "", queries), usual(7, model) };
    }

    TinyArchitecture qwen2Windowed()
    {
        TinyArchitecture tiny = qwen2();
        tiny.config = config("Qwen2ForCausalLM", "qwen2", 3,
            R"(, "use_sliding_window": true, "sliding_window": 16, "max_window_layers": 1)",
            queries);
        return tiny;
    }

    TinyArchitecture qwen3()
    {
        Usual model;
        model.more = [](Builder& b, const std::string& p, int) { headNorms(b, p, 1.6); };
        return { config("Qwen3ForCausalLM", "qwen3", 3, R"(, "rope_theta": 1000000.0)"),
            usual(8, model) };
    }

    TinyArchitecture gemma()
    {
        Usual model;
        model.normMean = 0;
        model.untied = false;
        model.embedding = 3 / std::sqrt(double(hidden));
        return { config("GemmaForCausalLM", "gemma", 3, R"(, "hidden_act": "gelu")"),
            usual(9, model) };
    }

    void sandwichNorms(Builder& b, const std::string& p)
    {
        b.norm(p + "pre_feedforward_layernorm.weight", hidden, 0);
        b.norm(p + "post_feedforward_layernorm.weight", hidden, 0);
    }

    TinyArchitecture gemma2()
    {
        Usual model;
        model.normMean = 0;
        model.untied = false;
        model.embedding = 3 / std::sqrt(double(hidden));
        model.more = [](Builder& b, const std::string& p, int) { sandwichNorms(b, p); };
        return { config("Gemma2ForCausalLM", "gemma2", 3,
                     R"(, "query_pre_attn_scalar": 16, "sliding_window": 16,
            "attn_logit_softcapping": 3.0, "final_logit_softcapping": 12.0,
            "hidden_activation": "gelu_pytorch_tanh")"),
            usual(10, model) };
    }

    TinyArchitecture gemma3()
    {
        Usual model;
        model.layers = 7; // one of them global
        model.normMean = 0;
        model.untied = false;
        model.embedding = 3 / std::sqrt(double(hidden));
        model.more = [](Builder& b, const std::string& p, int) {
            sandwichNorms(b, p);
            headNorms(b, p, 0.6);
        };
        return { config("Gemma3ForCausalLM", "gemma3_text", 7,
                     R"(, "query_pre_attn_scalar": 16, "sliding_window": 16,
            "rope_theta": 1000000.0, "rope_local_base_freq": 10000.0,
            "rope_scaling": {"rope_type": "linear", "factor": 8.0},
            "hidden_activation": "gelu_pytorch_tanh")"),
            usual(11, model) };
    }

    TinyArchitecture gemma3Patterned()
    {
        TinyArchitecture tiny = gemma3();
        tiny.config = config("Gemma3ForCausalLM", "gemma3_text", 7,
            R"(, "query_pre_attn_scalar": 16, "sliding_window": 16, "rope_parameters": {
            "full_attention": {"rope_type": "linear", "factor": 8.0, "rope_theta": 1000000.0},
            "sliding_attention": {"rope_type": "default", "rope_theta": 5000.0}},
            "layer_types": ["full_attention", "sliding_attention", "sliding_attention",
            "full_attention", "sliding_attention", "sliding_attention", "full_attention"],
            "hidden_activation": "gelu_pytorch_tanh")");
        return tiny;
    }

    TinyArchitecture granite()
    {
        Usual model;
        model.head = 12;
        return { config("GraniteForCausalLM", "granite", 3,
                     R"(, "attention_multiplier": 0.3, "embedding_multiplier": 2.5,
            "residual_multiplier": 0.6, "logits_scaling": 4.0)"),
            usual(12, model) };
    }

    TinyArchitecture graniteUnturned()
    {
        TinyArchitecture tiny = granite();
        tiny.config.pop_back();
        tiny.config += R"(, "position_embedding_type": "nope"})";
        return tiny;
    }

    TinyArchitecture smollm3()
    {
        Usual model;
        model.layers = 4; // one of them without positions
        return { config("SmolLM3ForCausalLM", "smollm3", 4,
                     R"(, "tie_word_embeddings": false, "rope_theta": 10000.0)"),
            usual(13, model) };
    }

    TinyArchitecture smollm3Other()
    {
        TinyArchitecture tiny = smollm3();
        tiny.config.pop_back();
        tiny.config += R"(, "no_rope_layers": [0, 1, 0, 1], "use_sliding_window": true,
            "sliding_window": 16})";
        return tiny;
    }

    TinyArchitecture olmo2()
    {
        Usual model;
        model.width = queries; // llama.cpp takes heads of width / heads for granted here
        model.norms = false;
        model.embedding = 1.5;
        model.more = [](Builder& b, const std::string& p, int) {
            b.norm(p + "post_attention_layernorm.weight", queries);
            b.norm(p + "post_feedforward_layernorm.weight", queries);
            b.norm(p + "self_attn.q_norm.weight", queries, 1.6);
            b.norm(p + "self_attn.k_norm.weight", keys, 1.6);
        };
        return { config("Olmo2ForCausalLM", "olmo2", 3, "", queries), usual(14, model) };
    }

    TinyArchitecture olmo3()
    {
        TinyArchitecture tiny = olmo2();
        tiny.config = config("Olmo3ForCausalLM", "olmo3", 3,
            R"(, "sliding_window": 16, "layer_types": ["sliding_attention", "full_attention",
            "sliding_attention"], "rope_scaling": {"rope_type": "yarn", "factor": 4.0,
            "original_max_position_embeddings": 32})",
            queries);
        return tiny;
    }

} // namespace

Builders withLlamasNames()
{
    return {
        { "gemma", gemma },
        { "gemma2", gemma2 },
        { "gemma3", gemma3 },
        { "gemma3-patterned", gemma3Patterned },
        { "granite", granite },
        { "granite-unturned", graniteUnturned },
        { "llama", llama },
        { "llama-biased", llamaBiased },
        { "llama-linear", llamaLinear },
        { "llama-llama3", llama3 },
        { "llama-tied", llamaTied },
        { "llama-yarn", llamaYarn },
        { "mistral3", mistral3 },
        { "olmo2", olmo2 },
        { "olmo2-windowed", olmo3 },
        { "qwen2", qwen2 },
        { "qwen3", qwen3 },
        { "smollm3", smollm3 },
    };
}

Builders apartFromLlamaCpp()
{
    return {
        { "llama-windowed", llamaWindowed },
        { "llama-yarn-own", llamaYarnOwn },
        { "qwen2-windowed", qwen2Windowed },
        { "qwen35-epsilon", qwen35OtherEpsilon },
        { "smollm3-other", smollm3Other },
    };
}

} // namespace support::tiny
