// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/gguf.h"
#include "core/files/json.h"

#include <cstdint>
#include <string>
#include <vector>

namespace core {

// Beyond any model: products of two sizes stay in 63 bits.
constexpr std::int64_t largestModelSize = 1 << 24;
constexpr std::int64_t largestModelDepth = 10'000; ///< layers

/// How a head's channels are paired for the rotary embedding.
enum class RotaryLayout {
    Halves, ///< (i, i + headDim/2): Hugging Face
    Pairs, ///< (2i, 2i + 1): GGUF of architecture llama, whose q and k rows are permuted for it
};

/// The shape of a Llama-family model.
struct ModelConfig {
    std::string architecture = "llama"; ///< GGUF's word
    std::string name; ///< for people: general.name or the folder's name
    int layers = 0;
    int hidden = 0;
    int feedForward = 0;
    int heads = 0;
    int keyValueHeads = 0;
    int headDim = 0;
    int vocabulary = 0;
    int context = 0; ///< tokens the model was trained for
    float normEpsilon = 1e-5f;
    double ropeBase = 10000;
    double ropeLinearFactor = 1; ///< positions are divided by it (rope scaling "linear")
    std::vector<float>
        ropeFactors; ///< headDim/2 divisors of the frequencies (scaling "llama3"); empty: none
    RotaryLayout rotary = RotaryLayout::Halves;
    bool tiedHead = false;
};

/// From a Hugging Face config.json. Throws Error naming the key for an unknown architecture
/// (named), a missing or impossible value, and for what Quantscope does not compute
/// (attention_bias, another rope scaling, hidden_act).
ModelConfig configFromJson(const Json& config, const std::string& place);

/// From the metadata of a GGUF of architecture llama. `tiedHead`, `vocabulary` and `ropeFactors`
/// are set by Checkpoint from the tensors.
ModelConfig configFromGguf(const GgufMetadata& metadata, const std::string& place);

/// The metadata that describes this shape in a GGUF: general.architecture, .type, .name and
/// llama.*.
GgufMetadata configToGguf(const ModelConfig& config);

} // namespace core
