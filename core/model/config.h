// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/gguf.h"
#include "core/files/json.h"
#include "core/model/layerspec.h"

#include <cstdint>
#include <string>
#include <vector>

namespace core {

struct Architecture;

// Beyond any model: products of two sizes stay in 63 bits.
constexpr std::int64_t largestModelSize = 1 << 24;
constexpr std::int64_t largestModelDepth = 10'000; ///< layers

/// The shape of a model. What it does not say its architecture does.
struct ModelConfig {
    std::string architecture = "llama"; ///< GGUF's word; Hugging Face's where that is not known
    std::string name; ///< for people: general.name or the folder's name
    /// Why the model cannot be computed, in a sentence; empty: it can.
    std::string notComputed;
    int layers = 0;
    int predicting = 0; ///< blocks behind them, which guess further tokens: kept, not computed
    int hidden = 0;
    int feedForward = 0;
    int heads = 0;
    int keyValueHeads = 0;
    int headDim = 0;
    int vocabulary = 0;
    int context = 0; ///< tokens the model was trained for
    float normEpsilon = 1e-5f;
    double ropeBase = 10000;
    int localHeadDim = 0; ///< of layers with a window; 0: as the others
    int localRotaryChannels = 0; ///< of those that are turned; 0: all
    std::vector<int> keyValueHeadsOf; ///< of each layer; empty: keyValueHeads
    std::vector<int> feedForwardOf; ///< of each layer; empty: feedForward
    std::vector<bool> withoutValues; ///< layers without attn_v; empty: none
    int sharedKeyLayers = 0; ///< the last ones, which take keys and values of earlier ones
    int perLayerSize = 0; ///< PerLayerSpec::size; 0: there is none
    LatentSpec latent; ///< keyRank 0: attention has no latents
    double localRopeBase = 0; ///< of layers with a window, without scaling; 0: as the others
    int rotaryChannels = 0; ///< of a head that are turned; 0: all
    double ropeLinearFactor = 1;
    /// Divisors of the frequencies (scaling "llama3", or "longrope" up to ropeContext tokens);
    /// empty: none.
    std::vector<float> ropeFactors;
    std::vector<float> longRopeFactors; ///< "longrope" beyond ropeContext tokens
    int ropeContext = 0; ///< tokens that it was trained on before rope scaling; 0: not said
    YarnScaling yarn;
    float ropeMagnitude = 1; ///< of sines and cosines
    std::vector<bool> unturned; ///< layers without rotary embedding; empty: none
    RotaryLayout rotary = RotaryLayout::Halves;
    int window = 0; ///< tokens that layers with a window look back on; 0: no layer has one
    std::vector<bool> windowed; ///< layers with the window; empty: none
    /// Layers with `deltaNet` or `shortConvolution`, whichever has a kernel, in the place of
    /// attention; empty: none.
    std::vector<bool> recurrent;
    DeltaNetSpec deltaNet;
    ShortConvolutionSpec shortConvolution;
    /// Channels of a head that turn by time, height and width of an image, in pairs: of text they
    /// all turn by the position; empty: none.
    std::vector<int> ropeSections;
    double attentionScale = 0; ///< of q · k; 0: 1/√headDim
    double attentionCap = 0;
    double queryTemperature = 0; ///< AttentionSpec::temperature
    double finalCap = 0; ///< logits become cap · tanh(logit / cap); 0: not
    double embeddingScale = 1;
    double residualScale = 1;
    double logitDivisor = 1;
    int experts = 0; ///< of each layer; 0: an ordinary feed-forward
    int expertsUsed = 0; ///< by a token
    int expertSize = 0; ///< channels inside one; 0: feedForward
    int sharedSize = 0; ///< of the expert that all tokens share; 0: there is none
    std::vector<bool> dense; ///< layers with an ordinary feed-forward all the same; empty: none
    bool hasSigmoidRouter = false; ///< else the architecture says how its router weighs
    int expertGroups = 1; ///< ExpertsSpec::groups …
    int expertGroupsUsed = 1;
    int expertGroupBest = 2;
    double expertsScale = 1; ///< of the chosen ones' weights
    double yarnLogMultiplier = 0; ///< "mscale_all_dim": scores × (1 + 0.1 · it · ln factor)²
    bool normalizesExperts = true; ///< weights of the chosen ones sum up to 1
    bool hasQueryKeyNorm = false; ///< where the architecture leaves it open
    bool isParallel = false; ///< attention and feed-forward read the same hidden states
    bool hasSecondNorm = false; ///< Falcon's norm for attention alone
    bool tiedHead = false;
    /// Where llama.cpp computes otherwise than this (and Hugging Face) does, in sentences.
    std::vector<std::string> differences;

    /// Null: one that Quantscope does not know.
    const Architecture* known() const;
};

/// What layer `layer` computes. Requires: config.notComputed is empty.
LayerSpec layerSpec(const ModelConfig& config, int layer);

/// From a Hugging Face config.json. Throws Error naming the key for a missing or impossible value.
/// What is not known or not computed is said in notComputed.
ModelConfig configFromJson(const Json& config, const std::string& place);

/// From the metadata of a GGUF of any architecture. `tiedHead`, `vocabulary`, `ropeFactors` and
/// what the tensors tell are set by Checkpoint.
ModelConfig configFromGguf(const GgufMetadata& metadata, const std::string& place);

/// The metadata that describes this shape in a GGUF: general.architecture, .type, .name and those
/// of the architecture. Requires: a known one.
GgufMetadata configToGguf(const ModelConfig& config);

} // namespace core
