// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/gguf.h"
#include "tests/support/filebytes.h"
#include "tests/support/tinymodel.h"

#include <stdexcept>

namespace support {

namespace {

    /// Hugging Face's name → GGUF's (llama.cpp, gguf-py: tensor_mapping).
    std::string ggufName(const std::string& name)
    {
        static const std::pair<std::string, std::string> names[] = {
            { "model.embed_tokens.", "token_embd." },
            { "model.norm.", "output_norm." },
            { "lm_head.", "output." },
            { "input_layernorm.", "attn_norm." },
            { "self_attn.q_proj.", "attn_q." },
            { "self_attn.k_proj.", "attn_k." },
            { "self_attn.v_proj.", "attn_v." },
            { "self_attn.o_proj.", "attn_output." },
            { "post_attention_layernorm.", "ffn_norm." },
            { "mlp.gate_proj.", "ffn_gate." },
            { "mlp.up_proj.", "ffn_up." },
            { "mlp.down_proj.", "ffn_down." },
        };
        static const std::string layers = "model.layers.";
        for (const auto& [from, to] : names) {
            const auto place = name.find(from);
            if (place == std::string::npos)
                continue;
            const std::string layer = name.starts_with(layers)
                ? "blk." + name.substr(layers.size(), place - layers.size())
                : "";
            return layer + to + name.substr(place + from.size());
        }
        throw std::logic_error("no GGUF name for " + name);
    }

    /// Rows of each head in the order llama.cpp's rotary layout wants: 0, n/2, 1, n/2 + 1, …
    void permuteHeads(TinyTensor& tensor, int headSize)
    {
        const auto columns = std::size_t(tensor.shape[1]);
        const auto half = std::size_t(headSize) / 2;
        const std::vector<float> original = tensor.weights;
        for (std::size_t row = 0; row < original.size() / columns; ++row) {
            const std::size_t inHead = row % (2 * half);
            const std::size_t from = row - inHead + inHead % 2 * half + inHead / 2;
            std::copy_n(original.begin() + std::ptrdiff_t(from * columns), columns,
                tensor.weights.begin() + std::ptrdiff_t(row * columns));
        }
    }

    void setTokenizer(core::GgufMetadata& metadata)
    {
        std::vector<std::string> merges;
        for (const auto& [left, right] : tinyMerges())
            merges.push_back(left + " " + right);
        std::vector<std::int32_t> types(tinyTokens().size(), 1); // 1: normal, 3: control
        types[0] = 3;
        metadata.set("tokenizer.ggml.model", std::string("gpt2"));
        metadata.set("tokenizer.ggml.pre", std::string("gpt-2"));
        metadata.set("tokenizer.ggml.tokens", core::GgufArray(tinyTokens()));
        metadata.set("tokenizer.ggml.token_type", core::GgufArray(types));
        metadata.set("tokenizer.ggml.merges", core::GgufArray(merges));
        metadata.set("tokenizer.ggml.bos_token_id", std::uint32_t(0));
        metadata.set("tokenizer.ggml.eos_token_id", std::uint32_t(0));
        metadata.set("tokenizer.ggml.add_bos_token", true);
    }

    core::GgufMetadata metadataOf(const TinyModel& model)
    {
        const bool isUnknown = model.damage == Damage::UnknownArchitecture;
        const std::string architecture = isUnknown ? "mamba" : "llama";
        core::GgufMetadata metadata;
        metadata.set("general.architecture", architecture);
        metadata.set("general.name", std::string("Tiny"));
        const auto number = [&](const std::string& key, int value) {
            metadata.set(architecture + "." + key, std::uint32_t(value));
        };
        number("block_count", model.layers);
        number("context_length", model.context);
        number("embedding_length", model.hidden);
        number("feed_forward_length", model.feedForward);
        number("attention.head_count", model.heads);
        number("attention.head_count_kv", model.keyValueHeads);
        number("attention.key_length", model.headSize);
        number("attention.value_length", model.headSize);
        number("rope.dimension_count", model.headSize);
        number("vocab_size", int(tinyTokens().size()));
        metadata.set(architecture + ".attention.layer_norm_rms_epsilon", 1e-5f);
        metadata.set(architecture + ".rope.freq_base", 10000.0f);
        if (model.damage != Damage::NoTokenizer)
            setTokenizer(metadata);
        return metadata;
    }

} // namespace

void writeTinyGguf(
    const TinyModel& model, const std::filesystem::path& file, const core::Format& matrices)
{
    std::vector<TinyTensor> tensors = tinyTensors(model);
    std::vector<core::GgufTensorInfo> infos;
    for (TinyTensor& tensor : tensors) {
        const bool isRotated = tensor.name.find("q_proj") != std::string::npos
            || tensor.name.find("k_proj") != std::string::npos;
        if (isRotated && tensor.shape[0] % model.headSize == 0)
            permuteHeads(tensor, model.headSize);
        const bool isMatrix = tensor.shape.size() == 2;
        infos.push_back(
            { ggufName(tensor.name), isMatrix ? &matrices : &core::formats::f32, tensor.shape });
    }
    const auto bytesOf = [&](std::size_t i) {
        const core::Format& format = *infos[i].format;
        const auto columns = std::size_t(tensors[i].shape.back());
        std::vector<std::byte> bytes;
        for (std::size_t first = 0; first < tensors[i].weights.size(); first += columns) {
            bytes.resize(bytes.size() + format.rowBytes(columns));
            format.encodeRow(tensors[i].weights.data() + first, columns, nullptr,
                bytes.data() + bytes.size() - format.rowBytes(columns));
        }
        return bytes;
    };
    core::writeGguf(file, metadataOf(model), infos, bytesOf, core::Progress());
    if (model.damage == Damage::Truncated)
        std::filesystem::resize_file(file, std::filesystem::file_size(file) - 100);
}

} // namespace support
