// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/tinybuilder.h"

namespace support::tiny {

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

std::string config(const std::string& className, const std::string& type, int layers,
    const std::string& more, int width)
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

void headNorms(Builder& b, const std::string& p, double mean)
{
    b.norm(p + "self_attn.q_norm.weight", headDim, mean);
    b.norm(p + "self_attn.k_norm.weight", headDim, mean);
}

} // namespace support::tiny
