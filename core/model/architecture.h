// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/config.h"

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace core {

class ConfigKeys;
class GgufKeys;

/// What is done to a tensor of a Hugging Face checkpoint to make it GGUF's.
enum class Arrangement {
    AsItIs,
    Squeezed, ///< (n, 1, k) becomes (n, k) (weights of a convolution)
    PlusOne, ///< 1 is added (norms of Gemma)
    Transposed, ///< (in, out) becomes (out, in) (GPT-2's Conv1D)
    GroupedQkv, ///< groups of q heads, k, v become all q, all k, all v (Falcon)
    HeadRows, ///< one vector a head, each a tensor of its own, become rows (StableLM)
    Stacked, ///< one matrix an expert, each a tensor of its own, one under the other
    FirstHalves, ///< the upper half of each matrix of a stack (gate of gate_up_proj)
    SecondHalves, ///< the lower half
    EvenColumns, ///< every second column of each (in, out) of a stack, transposed (gpt-oss's gate)
    OddColumns, ///< the others (its up)
    TransposedStack, ///< each (in, out) of a stack becomes (out, in)
    EvenValues, ///< every second value of each row (biases of the same)
    OddValues,
    HeadKeys, ///< of kv_b_proj, (heads × (keys + values), latent): keys, each head's transposed
    HeadValues, ///< its values
    ValueHeads, ///< value heads of a delta net that share a key head lie together; in GGUF they
                ///< follow each other once around all key heads: rows, or values of a vector
    MixedHeads, ///< the same of the last rows of q, k and v together (Qwen 3.5)
    ValueHeadColumns, ///< the same of columns
    NegativePowers, ///< −e^x of values in that order (A_log)
};

/// How a Hugging Face checkpoint names the tensor of a role and what is done to it.
struct HuggingName {
    Role role;
    /// Behind Architecture::layersIn and "N." for a layer's; empty: it has none. {n} stands for the
    /// number of a part: a head's, an expert's.
    std::string_view name;
    std::optional<Arrangement> arrangement{}; ///< of this name; none: Architecture::arrangements
};
struct HuggingArrangement {
    Role role;
    Arrangement arrangement;
};

/// Which matrices of attention or feed-forward have biases.
enum class Biases { None, Optional, Queries /**< q, k and v */, All };

/// What all models of one architecture have in common: a row of the table in architecture.cpp.
struct Architecture {
    std::string_view name{}; ///< GGUF's word
    std::string_view title{}; ///< for people: "Llama"
    std::span<const std::string_view> classes{}; ///< Hugging Face's "architectures"
    std::span<const std::string_view> modelTypes{}; ///< and "model_type", where that names no class
    NormKind norm = NormKind::RootMeanSquare;
    bool normsBefore = true;
    bool normsAfter = false; ///< post_attention_norm, post_ffw_norm
    RotaryLayout rotary = RotaryLayout::Halves; ///< in GGUF files
    bool permutesHeads = false; ///< rows of q and k are permuted from Halves to Pairs in GGUF
    QueryKeyNorm queryKeyNorm = QueryKeyNorm::None;
    Biases attentionBiases = Biases::None;
    Biases feedForwardBiases = Biases::None;
    Activation activation = Activation::Silu;
    Routing routing = Routing::SoftmaxOfAll; ///< where there are experts
    bool hasSinks = false; ///< attn_sinks
    bool gatesAttention = false; ///< AttentionSpec::isGated
    Role finalNorm = Role::OutputNorm; ///< before the head
    bool mayHaveExperts = false;
    bool mayFuseExperts = false; ///< gate and up of experts may be one tensor in GGUF
    bool normalizesExperts = true; ///< where its files do not say
    bool postAttentionNormIsBefore = false; ///< post_attention_norm is the feed-forward's norm
    bool isGated = true;
    bool fusesGateUp = false; ///< ffn_up has both
    bool learnsPositions = false; ///< position_embd, no rotary embedding
    bool needsOutput = false; ///< llama.cpp wants output.weight even where it is tied
    bool alwaysTied = false; ///< and never here
    bool turnsWholeHeads = false; ///< llama.cpp turns all channels of a head, or gives up
    /// Which divisors of frequencies llama.cpp takes from a file: rope_freqs (rope scaling llama3),
    /// and rope_factors_short and _long (longrope).
    bool holdsDivisors = false, holdsLongDivisors = false;
    bool plainGeluIsTanh = false; ///< "gelu" in config.json has always meant the tanh form
    bool mayBeParallel = false; ///< it is where a layer has no ffn_norm
    bool hasLatents = false; ///< latent attention
    bool normsValues = false; ///< AttentionSpec::normsValues
    bool variesByLayer = false; ///< sizes of heads and feed-forwards may differ from layer to layer
    bool mayLackValues = false; ///< AttentionSpec::valuesAreKeys in layers without attn_v
    bool mayScaleOutput = false; ///< layer_output_scale
    bool predictsFurther = false; ///< files may hold layers behind the last, which nothing reads
    bool hasExpertsBeside = false; ///< ExpertsSpec::isBeside
    bool countsShared = false; ///< GGUF has the number of shared experts, not their size
    std::string_view mixer{}; ///< for people: what some layers have in the place of attention
    bool attendsWhereHeadsAre = false; ///< layers with 0 key/value heads have that mixer
    std::string_view defaults{}; ///< of config.json, as JSON: what its config class fills in
    std::string_view body = "model."; ///< before names in Hugging Face's files
    std::string_view layersIn = "model.layers.";
    std::span<const HuggingName> names{}; ///< where they are not Llama's
    std::span<const HuggingArrangement> arrangements{};
    /// Keys of config.json and of GGUF that not all architectures have.
    void (*readJson)(const ConfigKeys& keys, ModelConfig& config) = nullptr;
    void (*readGguf)(const GgufKeys& keys, ModelConfig& config) = nullptr;
    void (*writeGguf)(const ModelConfig& config, GgufMetadata& metadata) = nullptr;
};

/// All that Quantscope computes.
std::span<const Architecture* const> architectures();
const Architecture* findArchitecture(std::string_view ggufWord); ///< null: unknown
/// By "architectures" or "model_type" of a config.json; null: unknown.
const Architecture* findHuggingArchitecture(std::string_view className, std::string_view modelType);

/// "model.layers.2.self_attn.k_proj.weight", of parts the first; empty where Hugging Face stores no
/// such tensor.
std::string huggingFaceName(const Architecture& architecture, Place place);

/// What a tensor of a Hugging Face checkpoint is, or the part of it that its name gives a number.
struct HuggingPlace {
    Place place;
    int part = 0;
    std::optional<Arrangement> arrangement{};
};
/// The places that a tensor with that name makes: one, or several of which it holds parts; empty if
/// there is none.
std::vector<HuggingPlace> findHuggingFacePlaces(
    const Architecture& architecture, std::string_view name);

} // namespace core
