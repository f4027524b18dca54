// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/syntheticgguf.h"
#include "tests/support/filebytes.h"
#include "tests/support/tinymodel.h"

#include "core/base/half.h"
#include "core/base/parallel.h"
#include "core/files/gguf.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <random>
#include <string>
#include <vector>

namespace bench {

namespace {

    struct Entry {
        std::string name;
        int rows, columns; ///< 0 rows: a norm
        int matrices = 1; ///< one for each expert

        bool isFloat() const { return rows == 0 || name.ends_with("ffn_gate_inp.weight"); }
        std::vector<std::int64_t> shape() const
        {
            if (rows == 0)
                return { columns };
            if (matrices == 1)
                return { rows, columns };
            return { matrices, rows, columns };
        }
    };

    std::vector<Entry> feedForward(const GgufShape& s)
    {
        if (s.experts == 0)
            return { { "ffn_gate", s.feedForward, s.hidden }, { "ffn_up", s.feedForward, s.hidden },
                { "ffn_down", s.hidden, s.feedForward } };
        return { { "ffn_gate_inp", s.experts, s.hidden },
            { "ffn_gate_exps", s.feedForward, s.hidden, s.experts },
            { "ffn_up_exps", s.feedForward, s.hidden, s.experts },
            { "ffn_down_exps", s.hidden, s.feedForward, s.experts } };
    }

    std::vector<Entry> layerMatrices(const GgufShape& s)
    {
        std::vector<Entry> entries;
        for (int i = 0; i < s.layers; ++i) {
            const std::string layer = "blk." + std::to_string(i) + ".";
            const int queries = s.heads * s.headDim, keys = s.keyValueHeads * s.headDim;
            std::vector<Entry> all{ { "attn_q", queries, s.hidden }, { "attn_k", keys, s.hidden },
                { "attn_v", keys, s.hidden }, { "attn_output", s.hidden, queries } };
            std::ranges::move(feedForward(s), std::back_inserter(all));
            for (const Entry& e : all)
                entries.push_back({ layer + e.name + ".weight", e.rows, e.columns, e.matrices });
        }
        return entries;
    }

    std::vector<Entry> entriesOf(const GgufShape& s)
    {
        std::vector<Entry> entries = layerMatrices(s);
        for (int i = 0; i < s.layers; ++i)
            for (const char* norm : { "attn_norm", "ffn_norm" })
                entries.push_back(
                    { "blk." + std::to_string(i) + "." + norm + ".weight", 0, s.hidden });
        entries.push_back({ "token_embd.weight", s.vocabulary, s.hidden });
        entries.push_back({ "output_norm.weight", 0, s.hidden });
        entries.push_back({ "output.weight", s.vocabulary, s.hidden });
        return entries;
    }

    core::GgufMetadata metadataOf(const GgufShape& s)
    {
        core::GgufMetadata metadata;
        metadata.set("general.architecture", std::string("llama"));
        metadata.set("general.name", std::string(s.name));
        const auto number = [&](const std::string& key, int value) {
            metadata.set("llama." + key, std::uint32_t(value));
        };
        number("block_count", s.layers);
        number("context_length", 8192);
        number("embedding_length", s.hidden);
        number("feed_forward_length", s.feedForward);
        number("attention.head_count", s.heads);
        number("attention.head_count_kv", s.keyValueHeads);
        number("attention.key_length", s.headDim);
        number("attention.value_length", s.headDim);
        number("rope.dimension_count", s.headDim);
        number("vocab_size", s.vocabulary);
        if (s.experts > 0) {
            number("expert_count", s.experts);
            number("expert_used_count", s.used);
        }
        metadata.set("llama.attention.layer_norm_rms_epsilon", 1e-5f);
        metadata.set("llama.rope.freq_base", 500000.0f);

        std::vector<std::string> tokens = support::tinyTokens(), merges;
        while (int(tokens.size()) < s.vocabulary)
            tokens.push_back("<unused " + std::to_string(tokens.size()) + ">");
        for (const auto& [left, right] : support::tinyMerges())
            merges.push_back(left + " " + right);
        std::vector<std::int32_t> types(tokens.size(), 1); // 1: normal, 3: control
        types[0] = 3;
        metadata.set("tokenizer.ggml.model", std::string("gpt2"));
        metadata.set("tokenizer.ggml.pre", std::string("gpt-2"));
        metadata.set("tokenizer.ggml.tokens", core::GgufArray(std::move(tokens)));
        metadata.set("tokenizer.ggml.token_type", core::GgufArray(std::move(types)));
        metadata.set("tokenizer.ggml.merges", core::GgufArray(std::move(merges)));
        metadata.set("tokenizer.ggml.bos_token_id", std::uint32_t(0));
        metadata.set("tokenizer.ggml.eos_token_id", std::uint32_t(0));
        metadata.set("tokenizer.ggml.add_bos_token", true);
        return metadata;
    }

    /// Normal weights of deviation 1: drawn once, then taken in random order.
    class NormalWeights {
    public:
        NormalWeights()
        {
            std::mt19937 random(5);
            std::normal_distribution<float> normal;
            for (float& weight : m_drawn)
                weight = normal(random);
        }

        /// A row of a matrix in BF16.
        void writeRow(std::size_t seed, std::size_t columns, std::byte* bytes) const
        {
            const float deviation = 1 / std::sqrt(float(columns));
            std::vector<float> row(columns);
            std::uint64_t state = seed * 0x9e3779b97f4a7c15u + 1;
            for (float& weight : row) {
                state = state * 6364136223846793005u + 1442695040888963407u; // Knuth's MMIX
                weight = deviation * m_drawn[state >> 48];
            }
            core::floatsToBfloat16s(row.data(), columns, bytes);
        }

    private:
        std::vector<float> m_drawn = std::vector<float>(1 << 16);
    };

    std::vector<std::byte> weightsOf(const Entry& entry, std::size_t number)
    {
        const auto columns = std::size_t(entry.columns);
        if (entry.rows == 0) {
            const std::vector<float> ones(columns, 1.0f);
            const auto bytes = std::as_bytes(std::span(ones));
            return { bytes.begin(), bytes.end() };
        }
        static const NormalWeights weights;
        const std::size_t rows = std::size_t(entry.rows) * std::size_t(entry.matrices);
        std::vector<std::byte> bytes(2 * columns * rows);
        core::parallelFor(rows, [&](std::size_t row) {
            weights.writeRow((number << 32) + row, columns, bytes.data() + 2 * columns * row);
        });
        if (!entry.isFloat())
            return bytes;
        std::vector<float> floats(columns * rows); // a router
        core::bfloat16sToFloats(bytes.data(), floats.size(), floats.data());
        const auto all = std::as_bytes(std::span(floats));
        return { all.begin(), all.end() };
    }

} // namespace

void writeSyntheticGguf(const GgufShape& shape, const std::filesystem::path& file)
{
    if (std::filesystem::exists(file))
        return;
    const std::vector<Entry> entries = entriesOf(shape);
    std::vector<core::GgufTensorInfo> infos;
    for (const Entry& e : entries)
        infos.push_back(
            { e.name, e.isFloat() ? &core::formats::f32 : &core::formats::bf16, e.shape() });
    core::writeGguf(
        file, metadataOf(shape), infos, [&](std::size_t i) { return weightsOf(entries[i], i); },
        core::Progress());
}

void writeSyntheticImatrix(const GgufShape& shape, const std::filesystem::path& file)
{
    using support::little;
    const std::vector<Entry> entries = layerMatrices(shape);
    std::string bytes = little(std::int32_t(entries.size()));
    for (const Entry& e : entries) {
        bytes += little(std::int32_t(e.name.size())) + e.name + little(std::int32_t(1))
            + little(std::int32_t(e.columns));
        for (int j = 0; j < e.columns; ++j)
            bytes += little(0.5f + 0.5f * float(j * 7919 % 7));
    }
    support::writeFile(file, bytes + little(std::int32_t(1)));
}

} // namespace bench
