// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/syntheticmodel.h"

#include "core/base/half.h"
#include "core/files/json.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <fstream>
#include <random>
#include <string>

namespace bench {

namespace {

    constexpr int vocabulary = 8192;

    struct Entry {
        std::string name;
        int rows, columns; ///< 0 rows: a norm
    };

    std::vector<Entry> entriesOf(const Shape& s)
    {
        const std::string layer = "model.layers.0.";
        const int queries = s.heads * s.headDim, keys = s.keyValueHeads * s.headDim;
        return { { "model.embed_tokens.weight", vocabulary, s.hidden },
            { layer + "input_layernorm.weight", 0, s.hidden },
            { layer + "self_attn.q_proj.weight", queries, s.hidden },
            { layer + "self_attn.k_proj.weight", keys, s.hidden },
            { layer + "self_attn.v_proj.weight", keys, s.hidden },
            { layer + "self_attn.o_proj.weight", s.hidden, queries },
            { layer + "post_attention_layernorm.weight", 0, s.hidden },
            { layer + "mlp.gate_proj.weight", s.feedForward, s.hidden },
            { layer + "mlp.up_proj.weight", s.feedForward, s.hidden },
            { layer + "mlp.down_proj.weight", s.hidden, s.feedForward },
            { "model.norm.weight", 0, s.hidden } };
    }

    nlohmann::json configOf(const Shape& s)
    {
        return { { "architectures", { "LlamaForCausalLM" } }, { "model_type", "llama" },
            { "hidden_act", "silu" }, { "hidden_size", s.hidden },
            { "intermediate_size", s.feedForward }, { "num_attention_heads", s.heads },
            { "num_key_value_heads", s.keyValueHeads }, { "head_dim", s.headDim },
            { "num_hidden_layers", 1 }, { "vocab_size", vocabulary },
            { "max_position_embeddings", s.length }, { "rms_norm_eps", 1e-5 },
            { "rope_theta", 500000.0 }, { "tie_word_embeddings", true } };
    }

    class Weights {
    public:
        float next(float deviation)
        {
            const float value = m_normal(m_random) * deviation;
            return m_random() % 1000 == 0 ? 8 * value : value;
        }

    private:
        std::mt19937 m_random{ 5 };
        std::normal_distribution<float> m_normal;
    };

} // namespace

void writeSyntheticModel(const Shape& shape, const std::filesystem::path& folder)
{
    std::ofstream(folder / "config.json") << configOf(shape);
    const std::vector<Entry> entries = entriesOf(shape);
    nlohmann::ordered_json header;
    std::uint64_t offset = 0;
    for (const Entry& e : entries) {
        const std::uint64_t bytes
            = 2 * std::uint64_t(std::max(1, e.rows)) * std::uint64_t(e.columns);
        header[e.name] = { { "dtype", "BF16" }, { "data_offsets", { offset, offset + bytes } } };
        header[e.name]["shape"]
            = e.rows == 0 ? std::vector<int>{ e.columns } : std::vector<int>{ e.rows, e.columns };
        offset += bytes;
    }
    std::ofstream file(folder / "model.safetensors", std::ios::binary);
    std::string text = core::jsonText(header);
    text.resize((text.size() + 7) / 8 * 8, ' ');
    const std::uint64_t length = text.size();
    file.write(reinterpret_cast<const char*>(&length), sizeof(length)) << text;
    Weights weights;
    for (const Entry& e : entries) {
        const bool isEmbedding = e.rows == vocabulary;
        std::vector<float> row(std::size_t(e.columns), 1.0f);
        std::vector<std::byte> bytes(2 * row.size());
        for (int i = 0; i < std::max(1, e.rows); ++i) {
            for (std::size_t j = 0; e.rows > 0 && j < row.size(); ++j)
                row[j] = weights.next(
                    isEmbedding ? (j % 700 == 3 ? 20.0f : 1.0f) : 1 / std::sqrt(float(e.columns)));
            core::floatsToBfloat16s(row.data(), row.size(), bytes.data());
            file.write(reinterpret_cast<const char*>(bytes.data()), std::streamsize(bytes.size()));
        }
    }
}

std::vector<std::vector<int>> syntheticTokens(const Shape& shape)
{
    std::mt19937 random(9);
    std::uniform_real_distribution<double> share(0, 1);
    std::vector<std::vector<int>> sequences(
        std::size_t(shape.sequences), std::vector<int>(std::size_t(shape.length)));
    for (auto& sequence : sequences)
        for (int& token : sequence)
            token = int(std::pow(share(random), 3) * vocabulary);
    return sequences;
}

} // namespace bench
