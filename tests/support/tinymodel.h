// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/format.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace support {

/// What is wrong with a TinyModel on purpose.
enum class Damage {
    None,
    MissingTensor, ///< `damagedTensor` is not written
    WrongShape, ///< `damagedTensor` lacks its last row
    Nan, ///< `damagedTensor` holds a NaN at (nanRow, nanColumn)
    Truncated, ///< the (last) file ends 100 bytes early
    HeaderTooLong, ///< the header claims to be longer than the file (safetensors only)
    Overlap, ///< the second tensor begins inside the first (safetensors only)
    NoTokenizer, ///< no tokenizer.json; in a GGUF file no tokenizer.* metadata
    UnknownArchitecture, ///< "MambaForCausalLM"; in a GGUF file "mamba"
};

/// A small model of Llama architecture with random weights, the same for the same numbers.
/// Its forward pass gives finite, uneven logits.
struct TinyModel {
    int hidden = 64;
    int feedForward = 128;
    int heads = 4;
    int headSize = 16;
    int keyValueHeads = 2;
    int layers = 2;
    int context = 256; ///< max_position_embeddings
    bool isTied = true; ///< the output head is the token embedding
    const core::Format* format = &core::formats::f32; ///< of all tensors; F32, F16 or BF16
    int shards = 1; ///< more than 1: several files and an index
    std::uint32_t seed = 1;
    Damage damage = Damage::None;
    std::string damagedTensor = "model.layers.1.mlp.down_proj.weight"; ///< as Hugging Face names it
    int nanRow = 3;
    int nanColumn = 5;
};

/// One tensor as Hugging Face names it, decoded.
struct TinyTensor {
    std::string name;
    std::vector<std::int64_t> shape;
    std::vector<float> weights; ///< row-major
};

/// The tensors of `model`, damage to single tensors included.
std::vector<TinyTensor> tinyTensors(const TinyModel& model);

/// Tokens of every TinyModel, id by id: <|endoftext|>, the 256 bytes as GPT-2 writes them, merges.
std::vector<std::string> tinyTokens();
/// The merges of every TinyModel, best first.
std::vector<std::pair<std::string, std::string>> tinyMerges();

/// Writes config.json, model*.safetensors, tokenizer.json and tokenizer_config.json into `folder`,
/// which exists.
void writeTinyModel(const TinyModel& model, const std::filesystem::path& folder);

/// Writes the same model as a GGUF file: matrices in `matrices` (whose rows must fit), the rest in
/// F32.
void writeTinyGguf(const TinyModel& model, const std::filesystem::path& file,
    const core::Format& matrices = core::formats::f32);

} // namespace support
