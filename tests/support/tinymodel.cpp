// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/tinymodel.h"

#include "core/files/json.h"
#include "tests/support/filebytes.h"
#include "tests/support/safetensorswriter.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>

namespace support {

namespace fs = std::filesystem;

namespace {

    using Json = nlohmann::ordered_json;

    Json configOf(const TinyModel& model)
    {
        const bool isUnknown = model.damage == Damage::UnknownArchitecture;
        return { { "architectures", { isUnknown ? "MambaForCausalLM" : "LlamaForCausalLM" } },
            { "model_type", isUnknown ? "mamba" : "llama" }, { "hidden_size", model.hidden },
            { "intermediate_size", model.feedForward }, { "num_hidden_layers", model.layers },
            { "num_attention_heads", model.heads }, { "num_key_value_heads", model.keyValueHeads },
            { "head_dim", model.headSize }, { "vocab_size", tinyTokens().size() },
            { "max_position_embeddings", model.context }, { "rms_norm_eps", 1e-5 },
            { "rope_theta", 10000.0 }, { "hidden_act", "silu" },
            { "tie_word_embeddings", model.isTied }, { "attention_bias", false },
            { "mlp_bias", false }, { "bos_token_id", 0 }, { "eos_token_id", 0 },
            { "torch_dtype", "float32" } };
    }

    Json tokenizerJson()
    {
        Json vocabulary;
        const auto tokens = tinyTokens();
        for (std::size_t id = 0; id < tokens.size(); ++id)
            vocabulary[tokens[id]] = id;
        Json merges = Json::array();
        for (const auto& [left, right] : tinyMerges())
            merges.push_back(left + " " + right);
        const Json byteLevel = { { "type", "ByteLevel" }, { "add_prefix_space", false },
            { "trim_offsets", true }, { "use_regex", true } };
        const Json endOfText = { { "id", 0 }, { "content", "<|endoftext|>" },
            { "single_word", false }, { "lstrip", false }, { "rstrip", false },
            { "normalized", false }, { "special", true } };
        return { { "version", "1.0" }, { "truncation", nullptr }, { "padding", nullptr },
            { "added_tokens", Json::array({ endOfText }) }, { "normalizer", nullptr },
            { "pre_tokenizer", byteLevel }, { "post_processor", byteLevel },
            { "decoder", byteLevel },
            { "model",
                { { "type", "BPE" }, { "dropout", nullptr }, { "unk_token", nullptr },
                    { "continuing_subword_prefix", "" }, { "end_of_word_suffix", "" },
                    { "fuse_unk", false }, { "byte_fallback", false }, { "ignore_merges", false },
                    { "vocab", vocabulary }, { "merges", merges } } } };
    }

    SafetensorsEntry encoded(const TinyTensor& tensor, const core::Format& format)
    {
        SafetensorsEntry entry{ tensor.name, std::string(format.name), tensor.shape, {} };
        entry.bytes.resize(format.rowBytes(tensor.weights.size()));
        format.encodeRow(tensor.weights.data(), tensor.weights.size(), nullptr,
            reinterpret_cast<std::byte*>(entry.bytes.data()));
        return entry;
    }

    std::string shardName(int shard, int shards)
    {
        if (shards == 1)
            return "model.safetensors";
        char name[64];
        std::snprintf(name, sizeof(name), "model-%05d-of-%05d.safetensors", shard + 1, shards);
        return name;
    }

    /// Damage to the file as a whole.
    std::string damagedFile(std::string bytes, Damage damage)
    {
        if (damage == Damage::Truncated)
            bytes.resize(bytes.size() - 100);
        if (damage == Damage::HeaderTooLong)
            bytes.replace(0, 8, little(std::uint64_t(bytes.size() - 7))); // one byte too long
        if (damage == Damage::Overlap) { // both offsets of the second tensor, four bytes earlier
            const std::string key = "\"data_offsets\":[";
            const auto second = bytes.find(key, bytes.find(key) + 1) + key.size();
            const auto length = bytes.find(']', second) - second;
            const auto comma = bytes.find(',', second) + 1;
            std::string earlier = std::to_string(std::stoull(bytes.substr(second)) - 4) + ","
                + std::to_string(std::stoull(bytes.substr(comma)) - 4);
            earlier.resize(length, ' ');
            bytes.replace(second, length, earlier);
        }
        return bytes;
    }

    void writeWeights(const TinyModel& model, const fs::path& folder)
    {
        const auto tensors = tinyTensors(model);
        Json weightMap;
        for (int shard = 0; shard < model.shards; ++shard) {
            const std::string name = shardName(shard, model.shards);
            const auto count = tensors.size() / std::size_t(model.shards) + 1;
            std::vector<SafetensorsEntry> entries;
            for (std::size_t i = std::size_t(shard) * count;
                 i < std::min(tensors.size(), std::size_t(shard + 1) * count); ++i) {
                entries.push_back(encoded(tensors[i], *model.format));
                weightMap[tensors[i].name] = name;
            }
            const bool isLast = shard + 1 == model.shards;
            writeFile(folder / name,
                damagedFile(safetensorsBytes(entries), isLast ? model.damage : Damage::None));
        }
        if (model.shards > 1) {
            const Json index = { { "metadata", Json::object() }, { "weight_map", weightMap } };
            writeFile(folder / "model.safetensors.index.json", core::jsonText(index, 2));
        }
    }

} // namespace

void writeTinyModel(const TinyModel& model, const fs::path& folder)
{
    writeFile(folder / "config.json", core::jsonText(configOf(model), 2));
    writeWeights(model, folder);
    if (model.damage == Damage::NoTokenizer)
        return;
    writeFile(folder / "tokenizer.json", core::jsonText(tokenizerJson()));
    const Json config
        = { { "tokenizer_class", "PreTrainedTokenizerFast" }, { "bos_token", "<|endoftext|>" },
              { "eos_token", "<|endoftext|>" }, { "add_bos_token", true },
              { "clean_up_tokenization_spaces", false }, { "model_max_length", model.context } };
    writeFile(folder / "tokenizer_config.json", core::jsonText(config, 2));
}

} // namespace support
