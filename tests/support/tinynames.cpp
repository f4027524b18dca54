// SPDX-License-Identifier: GPL-3.0-or-later
//
// Names, and which layers have them: llama.cpp, src/llama-arch.cpp and src/models, 2026.
#include "tests/support/tinynames.h"

#include "core/files/gguf.h"
#include "tests/support/randomweights.h"
#include "tests/support/tinymodel.h"

#include <map>
#include <stdexcept>

namespace support {

namespace {

    constexpr int rows = 6, vocabulary = 24, rank = 64, state = 16;

    /// Which layers have a tensor.
    enum class Layers { Each, Attention, Other, Dense, Experts };

    /// A tensor of a layer. −1 stands for the model's columns, −2 for twice as many, −3 for its
    /// experts.
    struct Named {
        std::string name; ///< behind "blk.N."
        std::vector<std::int64_t> shape; ///< outermost first
        Layers layers = Layers::Each;
    };
    constexpr std::int64_t wide = -1, twice = -2, expertCount = -3;
    using List = std::vector<Named>;

    List operator+(List left, const List& right)
    {
        left.insert(left.end(), right.begin(), right.end());
        return left;
    }

    List in(Layers layers, List list)
    {
        for (Named& named : list)
            named.layers = layers;
        return list;
    }

    List attention()
    {
        return { { "attn_norm.weight", { wide } }, { "attn_q.weight", { rows, wide } },
            { "attn_k.weight", { rows, wide } }, { "attn_v.weight", { rows, wide } },
            { "attn_output.weight", { rows, wide } } };
    }

    List feedForward()
    {
        return { { "ffn_norm.weight", { wide } }, { "ffn_gate.weight", { rows, wide } },
            { "ffn_up.weight", { rows, wide } }, { "ffn_down.weight", { rows, twice } } };
    }

    List experts()
    {
        return { { "ffn_norm.weight", { wide } }, { "ffn_gate_inp.weight", { expertCount, wide } },
            { "ffn_gate_exps.weight", { expertCount, rows, wide } },
            { "ffn_up_exps.weight", { expertCount, rows, wide } },
            { "ffn_down_exps.weight", { expertCount, rows, twice } },
            { "exp_probs_b.bias", { expertCount } } };
    }

    List sharedExpert()
    {
        return { { "ffn_gate_shexp.weight", { rows, wide } },
            { "ffn_up_shexp.weight", { rows, wide } },
            { "ffn_down_shexp.weight", { rows, wide } } };
    }

    /// The first layer is dense, the others have experts.
    List thenExperts()
    {
        List dense = in(Layers::Dense, feedForward());
        return dense + in(Layers::Experts, experts());
    }

    List stateSpace()
    {
        return { { "ssm_in.weight", { rows, wide } }, { "ssm_conv1d.weight", { rows, 4 } },
            { "ssm_conv1d.bias", { rows } }, { "ssm_dt.bias", { 4 } }, { "ssm_a", { 4, 1 } },
            { "ssm_d", { 4, 1 } }, { "ssm_norm.weight", { 2, rank } },
            { "ssm_out.weight", { rows, wide } } };
    }

    List latentAttention()
    {
        return { { "attn_norm.weight", { wide } }, { "attn_q_a.weight", { rows, wide } },
            { "attn_q_a_norm.weight", { rank } }, { "attn_q_b.weight", { rows, rank } },
            { "attn_kv_a_mqa.weight", { rows, wide } }, { "attn_kv_a_norm.weight", { rank } },
            { "attn_k_b.weight", { 4, rows, rank } }, { "attn_v_b.weight", { 4, rows, wide } },
            { "attn_output.weight", { rows, wide } } };
    }

    List rwkv()
    {
        List list{ { "attn_norm.weight", { wide } }, { "attn_norm.bias", { wide } },
            { "attn_norm_2.weight", { wide } }, { "attn_norm_2.bias", { wide } } };
        const auto add = [&](const char* name, std::vector<std::int64_t> shape) {
            list.push_back({ std::string("time_mix_") + name + ".weight", std::move(shape) });
        };
        for (const char* name : { "w0", "a0", "v0", "k_k", "k_a", "r_k" })
            add(name, { wide });
        for (const char* name : { "w1", "w2", "a1", "a2", "v1", "v2", "g1", "g2", "key", "value",
                 "receptance", "output" })
            add(name, { rows, wide });
        add("lerp_fused", { 6, 1, 1, wide });
        return list;
    }

    List deltaNet()
    {
        return { { "attn_norm.weight", { wide } }, { "attn_qkv.weight", { rows, wide } },
            { "attn_gate.weight", { rows, wide } }, { "ssm_conv1d.weight", { rows, 4 } },
            { "ssm_dt.bias", { 4 } }, { "ssm_a", { 4 } }, { "ssm_ba.weight", { rows, wide } },
            { "ssm_norm.weight", { rank } }, { "ssm_out.weight", { rows, wide } } };
    }

    /// Every other layer has `other` in place of attention.
    List hybrid(const List& other, const List& rest)
    {
        return in(Layers::Attention, attention()) + in(Layers::Other, other) + rest;
    }

    List namesOf(const std::string& architecture)
    {
        const List norm{ { "attn_norm.weight", { wide } } };
        const List bothNorms{ { "attn_q_norm.weight", { rank } },
            { "attn_k_norm.weight", { rank } } };
        const List convolution{ { "attn_norm.weight", { wide } },
            { "shortconv.conv.weight", { rows, 3 } },
            { "shortconv.in_proj.weight", { rows, wide } },
            { "shortconv.out_proj.weight", { rows, wide } } };
        const std::map<std::string, List> all{
            { "llama", attention() + thenExperts() },
            { "falcon",
                norm
                    + List{ { "attn_qkv.weight", { rows, wide } },
                        { "attn_output.weight", { rows, wide } },
                        { "ffn_up.weight", { rows, wide } },
                        { "ffn_down.weight", { rows, twice } } } },
            { "phi3",
                norm
                    + List{ { "attn_qkv.weight", { rows, wide } },
                        { "attn_output.weight", { rows, wide } }, { "ffn_norm.weight", { wide } },
                        { "ffn_up.weight", { rows, wide } },
                        { "ffn_down.weight", { rows, twice } } } },
            { "qwen2", attention() + feedForward() },
            { "qwen3moe", attention() + bothNorms + in(Layers::Each, experts()) },
            { "deepseek2",
                latentAttention() + thenExperts() + in(Layers::Experts, sharedExpert()) },
            { "granitehybrid",
                hybrid(norm + stateSpace(), thenExperts() + in(Layers::Experts, sharedExpert())) },
            { "lfm2moe", hybrid(convolution, bothNorms + thenExperts()) },
            { "mamba2", norm + stateSpace() },
            { "rwkv7",
                rwkv()
                    + List{ { "channel_mix_lerp_k.weight", { 1, 1, wide } },
                        { "channel_mix_key.weight", { rows, wide } },
                        { "channel_mix_value.weight", { rows, twice } } } },
            { "jamba",
                hybrid(norm + stateSpace()
                        + List{ { "ssm_x.weight", { rows, wide } },
                            { "ssm_dt.weight", { rows, 16 } }, { "ssm_dt_norm.weight", { 16 } } },
                    thenExperts()) },
            { "nemotron_h",
                hybrid(norm + stateSpace(),
                    { { "ffn_up.weight", { rows, wide }, Layers::Dense },
                        { "ffn_down.weight", { rows, twice }, Layers::Dense } }) },
            { "glm4moe",
                attention() + bothNorms + List{ { "post_attention_norm.weight", { wide } } }
                    + thenExperts() + in(Layers::Experts, sharedExpert()) },
            { "minimax-m2", attention() + bothNorms + experts() },
            { "qwen3next",
                hybrid(deltaNet(),
                    List{ { "post_attention_norm.weight", { wide } } } + experts() + sharedExpert()
                        + List{ { "ffn_gate_inp_shexp.weight", { wide } } }) },
        };
        const auto found = all.find(architecture);
        if (found == all.end())
            throw std::logic_error("no names for " + architecture);
        return found->second;
    }

    bool hasAttention(const std::string& architecture, int layer)
    {
        const bool isHybrid = architecture == "granitehybrid" || architecture == "lfm2moe"
            || architecture == "jamba" || architecture == "nemotron_h"
            || architecture == "qwen3next";
        return !isHybrid || layer % 2 == 1;
    }

    bool hasExperts(const std::string& architecture)
    {
        for (const Named& named : namesOf(architecture))
            if (named.name == "ffn_gate_exps.weight")
                return true;
        return false;
    }

    bool isThere(const Named& named, const TinyNames& model, int layer)
    {
        switch (named.layers) {
        case Layers::Attention:
            return hasAttention(model.architecture, layer);
        case Layers::Other:
            return !hasAttention(model.architecture, layer);
        case Layers::Dense:
            return layer == 0 || model.experts == 0;
        case Layers::Experts:
            return layer > 0 && model.experts > 0;
        case Layers::Each:
            break;
        }
        return true;
    }

    class Writer {
    public:
        explicit Writer(const TinyNames& model)
            : m_model(model)
            , m_weights(model.seed)
        {
        }

        void write(const std::filesystem::path& file)
        {
            add("token_embd.weight", { vocabulary, wide });
            if (!m_model.isTied)
                add("output.weight", { vocabulary, wide });
            add("output_norm.weight", { wide });
            for (int layer = 0; layer < m_model.layers; ++layer)
                addLayer(layer);
            // What files of other tools have beside their matrices.
            add("blk.0.attn_norm.input_scale", { 1 });
            add("blk.0.ffn_down.scale", { 4 });
            core::writeGguf(
                file, metadata(), m_infos, [this](std::size_t i) { return bytesOf(i); }, {});
        }

    private:
        void addLayer(int layer)
        {
            const std::string prefix = "blk." + std::to_string(layer) + ".";
            for (const Named& named : namesOf(m_model.architecture)) {
                if (!isThere(named, m_model, layer))
                    continue;
                add(prefix + named.name, named.shape);
            }
        }

        void add(const std::string& name, std::vector<std::int64_t> shape)
        {
            for (std::int64_t& size : shape)
                size = size == wide       ? m_model.columns
                    : size == twice       ? 2 * m_model.columns
                    : size == expertCount ? m_model.experts
                                          : size;
            const bool isMatrix = shape.size() > 1 && name.find("norm") == name.npos
                && m_model.matrices->fits(std::size_t(shape.back()));
            m_infos.push_back({ name, isMatrix ? m_model.matrices : &core::formats::f32, shape });
            m_tensors.push_back(m_weights.tensor(name, shape, 0, 1));
        }

        std::vector<std::byte> bytesOf(std::size_t i) const
        {
            const core::Format& format = *m_infos[i].format;
            const auto columns = std::size_t(m_infos[i].shape.back());
            const std::vector<float>& weights = m_tensors[i].weights;
            const std::size_t rowBytes = format.rowBytes(columns);
            std::vector<std::byte> bytes(weights.size() / columns * rowBytes);
            for (std::size_t row = 0; row * columns < weights.size(); ++row)
                format.encodeRow(weights.data() + row * columns, columns, nullptr,
                    bytes.data() + row * rowBytes);
            return bytes;
        }

        core::GgufMetadata metadata() const;

        const TinyNames& m_model;
        RandomWeights m_weights;
        std::vector<core::GgufTensorInfo> m_infos;
        std::vector<TinyTensor> m_tensors;
    };

    core::GgufMetadata Writer::metadata() const
    {
        core::GgufMetadata metadata;
        const std::string& word = m_model.architecture;
        const auto number = [&](const char* key, int value) {
            metadata.set(word + "." + key, std::uint32_t(value));
        };
        metadata.set("general.architecture", word);
        metadata.set("general.name", std::string("Tiny names"));
        number("block_count", m_model.layers);
        number("context_length", 64);
        number("embedding_length", m_model.columns);
        number("feed_forward_length", 2 * m_model.columns);
        const int keyHeads = 2;
        if (word != "mamba2" && word != "rwkv7") {
            number("attention.head_count", keyHeads * m_model.queriesPerKey);
            std::vector<std::int32_t> each;
            for (int layer = 0; layer < m_model.layers; ++layer)
                each.push_back(hasAttention(word, layer) ? keyHeads : 0);
            if (hasAttention(word, 0))
                number("attention.head_count_kv", keyHeads);
            else
                metadata.set(word + ".attention.head_count_kv", core::GgufArray(each));
        }
        if (hasExperts(word) && m_model.experts > 0) {
            number("expert_count", m_model.experts);
            number("expert_used_count", 2);
        }
        for (const auto& [key, value] :
            std::vector<std::pair<const char*, int>>{ { "rope.dimension_count", rank },
                { "ssm.conv_kernel", 4 }, { "ssm.inner_size", 2 * m_model.columns },
                { "ssm.state_size", state }, { "ssm.time_step_rank", 4 }, { "ssm.group_count", 2 },
                { "expert_feed_forward_length", 2 * m_model.columns }, { "expert_shared_count", 1 },
                { "expert_gating_func", 2 }, { "leading_dense_block_count", 1 },
                { "attention.q_lora_rank", rank }, { "attention.kv_lora_rank", rank },
                { "attention.key_length", rank }, { "attention.value_length", rank },
                { "shortconv.l_cache", 3 }, { "wkv.head_size", rank },
                { "attention.decay_lora_rank", rank }, { "attention.iclr_lora_rank", rank },
                { "attention.value_residual_mix_lora_rank", rank },
                { "attention.gate_lora_rank", rank } })
            number(key, value);
        metadata.set(word + ".attention.layer_norm_rms_epsilon", 1e-5f);
        metadata.set(word + ".attention.layer_norm_epsilon", 1e-5f);
        std::vector<std::string> tokens;
        for (int i = 0; i < vocabulary; ++i)
            tokens.push_back("token " + std::to_string(i));
        metadata.set("tokenizer.ggml.model", std::string("rwkv"));
        metadata.set("tokenizer.ggml.tokens", core::GgufArray(tokens));
        return metadata;
    }

} // namespace

std::vector<std::string> tinyNamesArchitectures()
{
    return { "deepseek2", "granitehybrid", "lfm2moe", "mamba2", "rwkv7", "jamba", "nemotron_h",
        "glm4moe", "minimax-m2", "qwen3next" };
}

void writeTinyNames(const TinyNames& model, const std::filesystem::path& file)
{
    Writer(model).write(file);
}

} // namespace support
