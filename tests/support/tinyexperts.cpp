// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/tinybuilder.h"

namespace support::tiny {

namespace {

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

    /// Every second layer has no experts, and the last one has none either.
    TinyArchitecture mixed(const std::string& className, const std::string& type, bool hasShared)
    {
        Usual model;
        model.layers = 4;
        model.gated = false;
        model.width = hasShared ? queries : hidden;
        const int width = model.width;
        model.more = [hasShared, width](Builder& b, const std::string& p, int layer) {
            if (hasShared)
                queryBiases(b, p);
            else
                headNorms(b, p, 1.6);
            if (layer != 1) {
                b.matrix(p + "mlp.gate_proj.weight", size, width);
                b.matrix(p + "mlp.up_proj.weight", size, width);
                b.matrix(p + "mlp.down_proj.weight", width, size);
                return;
            }
            b.matrix(p + "mlp.gate.weight", experts, width, 2);
            addExperts(b, p + "mlp.", width, "gate_proj", "up_proj", "down_proj");
            if (!hasShared)
                return;
            b.matrix(p + "mlp.shared_expert_gate.weight", 1, width, 2);
            b.matrix(p + "mlp.shared_expert.gate_proj.weight", sharedSize, width);
            b.matrix(p + "mlp.shared_expert.up_proj.weight", sharedSize, width);
            b.matrix(p + "mlp.shared_expert.down_proj.weight", width, sharedSize);
        };
        return { config(className, type, 4,
                     R"(, "num_experts": 6, "num_experts_per_tok": 2, "moe_intermediate_size": 24,
            "norm_topk_prob": true, "decoder_sparse_step": 2, "mlp_only_layers": [3])"
                         + std::string(
                             hasShared ? R"(, "shared_expert_intermediate_size": 56)" : ""),
                     width),
            usual(25, model) };
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

} // namespace

Builders withExperts()
{
    return {
        { "gpt-oss", gptOss },
        { "llama-experts", mixtral },
        { "qwen2moe", qwen2moe },
        { "qwen3moe", [] { return qwen3moe(false); } },
        { "qwen3moe-stacked", [] { return qwen3moe(true); } },
    };
}

Builders withDenseLayers()
{
    return {
        { "qwen2moe-mixed", [] { return mixed("Qwen2MoeForCausalLM", "qwen2_moe", true); } },
        { "qwen3moe-mixed", [] { return mixed("Qwen3MoeForCausalLM", "qwen3_moe", false); } },
    };
}

} // namespace support::tiny
