// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/tinyarchitecture.h"

#include "tests/support/filebytes.h"
#include "tests/support/randomweights.h"
#include "tests/support/safetensorswriter.h"

#include <cmath>
#include <functional>
#include <map>

namespace support {

namespace {

    // Odd on purpose: 6 heads of 16 are not 40 wide, rows of 40 and 72 fit no block.
    constexpr int hidden = 40, size = 72, heads = 6, keyHeads = 2, headDim = 16, vocabulary = 288;
    constexpr int queries = heads * headDim, keys = keyHeads * headDim;

    /// Fills one checkpoint in.
    class Builder {
    public:
        explicit Builder(std::uint32_t seed)
            : m_weights(seed)
        {
        }

        /// A matrix whose outputs have `gain` times the size of its inputs.
        void matrix(const std::string& name, int out, int in, double gain = 1)
        {
            add(m_weights.tensor(name, { out, in }, 0, gain / std::sqrt(double(in))));
        }
        /// The same as GPT-2 stores it, (in, out).
        void transposed(const std::string& name, int out, int in, double gain = 1)
        {
            add(m_weights.tensor(name, { in, out }, 0, gain / std::sqrt(double(in))));
        }
        /// `mean`: 0 for norms to which 1 is added.
        void norm(const std::string& name, int count, double mean = 1)
        {
            add(m_weights.tensor(name, { count }, mean, 0.3));
        }
        void bias(const std::string& name, int count)
        {
            add(m_weights.tensor(name, { count }, 0, 0.4));
        }
        /// Matrices one under the other, as transformers 5 stores experts.
        void stack(const std::string& name, int count, int rows, int columns, int in)
        {
            add(m_weights.tensor(name, { count, rows, columns }, 0, 1 / std::sqrt(double(in))));
        }
        void table(const std::string& name, int rows, int columns)
        {
            add(m_weights.tensor(name, { rows, columns }, 0, 0.4));
        }
        void embedding(const std::string& name, int rows, int columns, double deviation)
        {
            add(m_weights.tensor(name, { rows, columns }, 0, deviation));
        }

        std::vector<TinyTensor> take() { return std::move(m_tensors); }

    private:
        void add(TinyTensor tensor) { m_tensors.push_back(std::move(tensor)); }

        RandomWeights m_weights;
        std::vector<TinyTensor> m_tensors;
    };

    /// What most architectures share: Llama's names.
    struct Usual {
        int layers = 3;
        int width = hidden;
        double normMean = 1;
        bool norms = true; ///< before each branch
        bool gated = true;
        bool untied = true;
        double embedding = 1; ///< standard deviation
        double head = 3.4;
        double queryGain = 1.6; ///< of queries and keys
        std::function<void(Builder&, const std::string& prefix, int layer)> more; ///< of a layer
    };

    std::string layerPrefix(int layer) { return "model.layers." + std::to_string(layer) + "."; }

    std::vector<TinyTensor> usual(std::uint32_t seed, const Usual& model)
    {
        Builder b(seed);
        const int width = model.width;
        b.embedding("model.embed_tokens.weight", vocabulary, width, model.embedding);
        for (int layer = 0; layer < model.layers; ++layer) {
            const std::string p = layerPrefix(layer);
            if (model.norms) {
                b.norm(p + "input_layernorm.weight", width, model.normMean);
                b.norm(p + "post_attention_layernorm.weight", width, model.normMean);
            }
            b.matrix(p + "self_attn.q_proj.weight", queries, width, model.queryGain);
            b.matrix(p + "self_attn.k_proj.weight", keys, width, model.queryGain);
            b.matrix(p + "self_attn.v_proj.weight", keys, width);
            b.matrix(p + "self_attn.o_proj.weight", width, queries);
            if (model.gated) {
                b.matrix(p + "mlp.gate_proj.weight", size, width);
                b.matrix(p + "mlp.up_proj.weight", size, width);
                b.matrix(p + "mlp.down_proj.weight", width, size);
            }
            if (model.more)
                model.more(b, p, layer);
        }
        b.norm("model.norm.weight", width, model.normMean);
        if (model.untied)
            b.matrix("lm_head.weight", vocabulary, width, model.head);
        return b.take();
    }

    /// config.json with what most have; `more` begins with a comma, or is empty.
    std::string config(const std::string& className, const std::string& type, int layers,
        const std::string& more, int width = hidden)
    {
        const auto number = [](const char* key, int value) {
            return std::string(", \"") + key + "\": " + std::to_string(value);
        };
        return "{\"architectures\": [\"" + className + "\"], \"model_type\": \"" + type + "\""
            + number("hidden_size", width) + number("intermediate_size", size)
            + number("num_hidden_layers", layers) + number("num_attention_heads", heads)
            + number("num_key_value_heads", keyHeads) + number("head_dim", headDim)
            + number("vocab_size", vocabulary) + number("max_position_embeddings", 128)
            + ", \"bos_token_id\": 0, \"eos_token_id\": 0, \"rms_norm_eps\": 0.05" + more + "}";
    }

    void queryBiases(Builder& b, const std::string& p)
    {
        b.bias(p + "self_attn.q_proj.bias", queries);
        b.bias(p + "self_attn.k_proj.bias", keys);
        b.bias(p + "self_attn.v_proj.bias", keys);
    }

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

    void headNorms(Builder& b, const std::string& p, double mean)
    {
        b.norm(p + "self_attn.q_norm.weight", headDim, mean);
        b.norm(p + "self_attn.k_norm.weight", headDim, mean);
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

    constexpr int experts = 6, expertSize = 24, sharedSize = 56;

    /// Experts one by one, named `gate`, `up` and `down` behind "experts.N.".
    void addExperts(Builder& b, const std::string& p, int width, const char* gate, const char* up,
        const char* down)
    {
        for (int i = 0; i < experts; ++i) {
            const std::string prefix = p + "experts." + std::to_string(i) + ".";
            b.matrix(prefix + gate + ".weight", expertSize, width);
            b.matrix(prefix + up + ".weight", expertSize, width);
            b.matrix(prefix + down + ".weight", width, expertSize);
        }
    }

    TinyArchitecture mixtral()
    {
        Usual model;
        model.gated = false;
        model.more = [](Builder& b, const std::string& p, int) {
            b.matrix(p + "block_sparse_moe.gate.weight", experts, hidden, 2);
            addExperts(b, p + "block_sparse_moe.", hidden, "w1", "w3", "w2");
        };
        std::string json = config("MixtralForCausalLM", "mixtral", 3,
            R"(, "num_local_experts": 6, "num_experts_per_tok": 2)");
        json.replace(json.find("\"intermediate_size\": 72"), 23, "\"intermediate_size\": 24");
        return { json, usual(21, model) };
    }

    TinyArchitecture qwen2moe()
    {
        Usual model;
        model.width = queries; // llama.cpp takes it for granted here
        model.gated = false;
        model.more = [](Builder& b, const std::string& p, int) {
            queryBiases(b, p);
            b.matrix(p + "mlp.gate.weight", experts, queries, 2);
            addExperts(b, p + "mlp.", queries, "gate_proj", "up_proj", "down_proj");
            b.matrix(p + "mlp.shared_expert_gate.weight", 1, queries, 2);
            b.matrix(p + "mlp.shared_expert.gate_proj.weight", sharedSize, queries);
            b.matrix(p + "mlp.shared_expert.up_proj.weight", sharedSize, queries);
            b.matrix(p + "mlp.shared_expert.down_proj.weight", queries, sharedSize);
        };
        return { config("Qwen2MoeForCausalLM", "qwen2_moe", 3,
                     R"(, "num_experts": 6, "num_experts_per_tok": 3, "moe_intermediate_size": 24,
            "shared_expert_intermediate_size": 56, "norm_topk_prob": false,
            "decoder_sparse_step": 1)",
                     queries),
            usual(22, model) };
    }

    TinyArchitecture qwen3moe(bool isStacked)
    {
        Usual model;
        model.gated = false;
        model.more = [isStacked](Builder& b, const std::string& p, int) {
            headNorms(b, p, 1.6);
            b.matrix(p + "mlp.gate.weight", experts, hidden, 2);
            if (!isStacked)
                return addExperts(b, p + "mlp.", hidden, "gate_proj", "up_proj", "down_proj");
            b.stack(p + "mlp.experts.gate_up_proj", experts, 2 * expertSize, hidden, hidden);
            b.stack(p + "mlp.experts.down_proj", experts, hidden, expertSize, expertSize);
        };
        return { config("Qwen3MoeForCausalLM", "qwen3_moe", 3,
                     R"(, "num_experts": 6, "num_experts_per_tok": 2, "moe_intermediate_size": 24,
            "norm_topk_prob": true)"),
            usual(23, model) };
    }

    TinyArchitecture gptOss()
    {
        Usual model;
        model.gated = false;
        model.more = [](Builder& b, const std::string& p, int) {
            queryBiases(b, p);
            b.bias(p + "self_attn.o_proj.bias", hidden);
            b.bias(p + "self_attn.sinks", heads);
            b.matrix(p + "mlp.router.weight", experts, hidden, 2);
            b.bias(p + "mlp.router.bias", experts);
            b.stack(p + "mlp.experts.gate_up_proj", experts, hidden, 2 * expertSize, hidden);
            b.table(p + "mlp.experts.gate_up_proj_bias", experts, 2 * expertSize);
            b.stack(p + "mlp.experts.down_proj", experts, expertSize, hidden, expertSize);
            b.table(p + "mlp.experts.down_proj_bias", experts, hidden);
        };
        // With this base the ramp of YaRN ends at a whole channel, where both agree.
        std::string json = config("GptOssForCausalLM", "gpt_oss", 3,
            R"(, "num_local_experts": 6, "num_experts_per_tok": 2, "sliding_window": 16,
            "rope_theta": BASE, "rope_scaling": {"rope_type": "yarn", "factor": 4.0,
            "original_max_position_embeddings": 32, "beta_fast": 32.0, "beta_slow": 1.0,
            "truncate": false})");
        json.replace(json.find("BASE"), 4, "452693.5502929333");
        json.replace(json.find("\"intermediate_size\": 72"), 23, "\"intermediate_size\": 24");
        return { json, usual(24, model) };
    }

    using Builders = std::map<std::string, std::function<TinyArchitecture()>>;

    const Builders& differing()
    {
        static const Builders all{
            { "llama-windowed", llamaWindowed },
            { "llama-yarn-own", llamaYarnOwn },
            { "qwen2-windowed", qwen2Windowed },
            { "smollm3-other", smollm3Other },
        };
        return all;
    }

    const Builders& builders()
    {
        static const Builders all{
            { "falcon", [] { return falcon(false, 1); } },
            { "falcon-new", [] { return falcon(true, 2); } },
            { "falcon-new-one", [] { return falcon(true, 1); } },
            { "gemma", gemma },
            { "gemma2", gemma2 },
            { "gemma3", gemma3 },
            { "gemma3-patterned", gemma3Patterned },
            { "glm4", glm4 },
            { "gpt2", gpt2 },
            { "gpt-oss", gptOss },
            { "granite", granite },
            { "granite-unturned", graniteUnturned },
            { "llama", llama },
            { "llama-biased", llamaBiased },
            { "llama-experts", mixtral },
            { "llama-linear", llamaLinear },
            { "llama-llama3", llama3 },
            { "llama-tied", llamaTied },
            { "llama-yarn", llamaYarn },
            { "mistral3", mistral3 },
            { "olmo2", olmo2 },
            { "olmo2-windowed", olmo3 },
            { "phi3", [] { return phi3(false); } },
            { "phi3-long", [] { return phi3(true); } },
            { "phi3-partial", phi3Partial },
            { "qwen2", qwen2 },
            { "qwen2moe", qwen2moe },
            { "qwen3", qwen3 },
            { "qwen3moe", [] { return qwen3moe(false); } },
            { "qwen3moe-stacked", [] { return qwen3moe(true); } },
            { "smollm3", smollm3 },
            { "stablelm", [] { return stablelm(false); } },
            { "stablelm-parallel", [] { return stablelm(true); } },
            { "starcoder2", starcoder2 },
        };
        return all;
    }

} // namespace

namespace {

    std::vector<std::string> namesOf(const Builders& builders)
    {
        std::vector<std::string> names;
        for (const auto& [name, build] : builders)
            names.push_back(name);
        return names;
    }

} // namespace

std::vector<std::string> tinyArchitectures() { return namesOf(builders()); }

std::vector<std::string> tinyArchitecturesApart() { return namesOf(differing()); }

TinyArchitecture tinyArchitecture(const std::string& name)
{
    const auto found = differing().find(name);
    return found != differing().end() ? found->second() : builders().at(name)();
}

void writeTinyArchitecture(const std::string& name, const std::filesystem::path& folder)
{
    const TinyArchitecture tiny = tinyArchitecture(name);
    writeTinyModel({}, folder); // its tokenizer stays
    std::vector<SafetensorsEntry> entries;
    for (const TinyTensor& tensor : tiny.tensors) {
        SafetensorsEntry entry{ tensor.name, "F32", tensor.shape, {} };
        const char* bytes = reinterpret_cast<const char*>(tensor.weights.data());
        entry.bytes.assign(bytes, bytes + tensor.weights.size() * sizeof(float));
        entries.push_back(std::move(entry));
    }
    writeFile(folder / "config.json", tiny.config);
    writeFile(folder / "model.safetensors", safetensorsBytes(entries));
}

} // namespace support
