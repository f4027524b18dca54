// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/role.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace core {

/// How a head's channels are paired for the rotary embedding.
enum class RotaryLayout {
    Halves, ///< (i, i + r/2), r channels turned: Hugging Face
    Pairs, ///< (2i, 2i + 1): GGUF of architecture llama, whose q and k rows are permuted for it
};

/// YaRN (Peng et al. 2023): slow frequencies divided by `factor`, fast ones kept, those between
/// blended.
struct YarnScaling {
    double factor = 1; ///< 1: none
    double context = 0; ///< tokens that the model was trained on before
    double fastTurns = 32, slowTurns = 1;
    bool roundsRamp = true; ///< the ends of the blend are whole channels
    bool operator==(const YarnScaling&) const = default;
};

/// The rotary embedding of a layer's heads.
struct RotarySpec {
    RotaryLayout layout = RotaryLayout::Halves;
    int channels = 0; ///< of a head that are turned, the first ones; even; 0: none
    double base = 10000;
    double linearFactor = 1; ///< positions are divided by it (rope scaling "linear")
    std::vector<float> factors; ///< channels/2 divisors of the frequencies; empty: none
    std::vector<float> longFactors; ///< the same for sequences longer than longAfter; empty: none
    int longAfter = 0;
    YarnScaling yarn;
    float magnitude = 1; ///< sines and cosines are multiplied by it
};

/// The norm of queries and keys.
enum class QueryKeyNorm {
    None,
    Head, ///< RMS over each head, one weight a channel of a head
    Whole, ///< RMS over the whole projection
    HeadLayer, ///< LayerNorm over each head with weights of its own
};

/// Latent attention (DeepSeek-AI 2024, arXiv 2405.04434, section 2.1): keys and values are made of
/// one latent vector a token, with a key beside it that is turned and shared by all heads.
struct LatentSpec {
    int queryRank = 0; ///< channels of the queries' latent; 0: queries are made of hidden itself
    int keyRank = 0; ///< of the latent of keys and values
    int plain = 0; ///< channels of a head's query and key that are not turned, the first ones
    int turned = 0; ///< those that are
    int value = 0; ///< of a head's value
    float epsilon = 1e-6f; ///< of the latents' norms
};

/// Causal attention with grouped queries.
struct AttentionSpec {
    int heads = 0;
    int keyValueHeads = 0;
    int headDim = 0;
    RotarySpec rotary;
    int window = 0; ///< keys that a query sees, its own included; 0: all before it
    float scale = 1; ///< of q · k
    float cap = 0; ///< scores become cap · tanh(score / cap); 0: not
    QueryKeyNorm norm = QueryKeyNorm::None;
    double temperature = 0; ///< queries × 1 + temperature · ln(1 + ⌊position / temperatureSpan⌋)
    double temperatureSpan = 1;
    bool normsValues = false; ///< each head of the values by an RMSNorm without weights
    bool valuesAreKeys = false; ///< values are what attn_k gives, before norm and rotary embedding
    /// The layer whose keys and values several layers share, this one among them.
    std::optional<int> sharedKeys;
    bool makesKeys = true; ///< else it takes those of sharedKeys
    std::optional<LatentSpec> latent; ///< in the place of q, k and v
    /// attn_q has, head by head, the rows of q and those of a gate: outputs are multiplied by
    /// σ(gate).
    bool isGated = false;

    std::int64_t queries() const { return std::int64_t(heads) * headDim; } ///< channels
    std::int64_t queryRows() const { return queries() * (isGated ? 2 : 1); } ///< of attn_q
    std::int64_t keys() const { return std::int64_t(keyValueHeads) * headDim; }
    /// Channels of what attn_output reads.
    std::int64_t context() const
    {
        return latent ? std::int64_t(heads) * latent->value : queries();
    }
};

/// A gated delta net (Yang et al. 2024, "Gated Delta Networks", equation 10) behind a causal
/// convolution: each value head has a state that decays, learns what its keys stand for and is
/// asked by queries. It starts at zero with each sequence.
struct DeltaNetSpec {
    int keyHeads = 0; ///< of queries and of keys
    int valueHeads = 0; ///< j reads key head j mod keyHeads, as llama.cpp orders them
    int headDim = 0; ///< of queries, keys and values
    int kernel = 0; ///< tokens under the convolution, the last its own

    std::int64_t keys() const { return std::int64_t(keyHeads) * headDim; } ///< channels
    std::int64_t values() const { return std::int64_t(valueHeads) * headDim; }
    std::int64_t mixed() const { return 2 * keys() + values(); } ///< of q, k and v together
    bool operator==(const DeltaNetSpec&) const = default;
};

/// A causal convolution of each channel over a few tokens, gated before and after (LFM2).
struct ShortConvolutionSpec {
    int kernel = 0; ///< tokens under it, the last its own
    bool operator==(const ShortConvolutionSpec&) const = default;
};

enum class Activation {
    Silu, ///< x / (1 + e^−x)
    ClampedSwish, ///< of gpt-oss: (min(x, 7) · σ(1.702 x)) · (clamp(up, −7, 7) + 1)
    GeluTanh, ///< ½x(1 + tanh(√(2/π)(x + 0.044715x³)))
    Gelu, ///< ½x(1 + erf(x/√2))
};

/// down · act(gate x) ∘ (up x), or down · act(up x).
struct FeedForwardSpec {
    int size = 0;
    Activation activation = Activation::Silu;
    bool isGated = true;
    bool isFused = false; ///< ffn_up has the rows of gate, then those of up
};

/// How a router's logits become the weights of the experts it chooses.
enum class Routing {
    SoftmaxOfAll, ///< the largest of a softmax over all experts
    SoftmaxOfChosen, ///< a softmax over the largest logits
    Sigmoid, ///< the largest of 1 / (1 + e^−logit), each alone
};

/// A mixture of experts in the place of a feed-forward: Σ weight_e · down_e(act(gate_e x) ∘ up_e x)
/// over the chosen ones, and an expert that all tokens share.
struct ExpertsSpec {
    int count = 0;
    int used = 0; ///< by a token
    int size = 0; ///< channels inside one
    Activation activation = Activation::Silu;
    Routing routing = Routing::SoftmaxOfAll;
    bool normalizes = false; ///< the weights of the chosen ones are divided by their sum
    int sharedSize = 0; ///< of the shared expert; 0: there is none
    int groups = 1; ///< of neighbouring experts: only those of the best groups are chosen
    int groupsUsed = 1;
    int groupBest = 2; ///< a group is as good as the sum of this many of its best experts
    float scale = 1; ///< of the weights
    /// Beside an ordinary feed-forward instead of in its place (Gemma 4): hidden += after(post_1(
    /// feed-forward) + post_2(experts of pre_2(hidden))), chosen by hidden, normed and scaled.
    bool isBeside = false;
};

/// What a layer adds of an input of its own, made of the token: hidden += after(proj ·
/// (act(inp_gate · hidden) ∘ input)). Gemma 4's per-layer embeddings.
struct PerLayerSpec {
    int size = 0; ///< channels of the input
    int layer = 0; ///< whose part of all inputs it is
    Activation activation = Activation::GeluTanh;
};

enum class NormKind {
    RootMeanSquare, ///< x / √(mean x² + ε) · w
    Layer, ///< (x − mean) / √(variance + ε) · w + b
};

/// What one decoder layer computes: hidden += scale · after(attention(before(hidden))), then the
/// same with the feed-forward. Which of its matrices have biases its tensors say.
struct LayerSpec {
    NormKind norm = NormKind::RootMeanSquare;
    float epsilon = 1e-5f;
    std::optional<Role> attentionNorm = Role::AttnNorm; ///< before; none: hidden is read as it is
    std::optional<Role> feedForwardNorm = Role::FfnNorm;
    std::optional<Role> attentionPostNorm; ///< after
    std::optional<Role> feedForwardPostNorm;
    AttentionSpec attention;
    std::optional<DeltaNetSpec> deltaNet; ///< in its place
    std::optional<ShortConvolutionSpec> shortConvolution; ///< in its place
    FeedForwardSpec feedForward;
    std::optional<ExpertsSpec> experts; ///< in its place
    bool isParallel = false; ///< the feed-forward reads what attention reads too
    float residualScale = 1;
    std::optional<PerLayerSpec> perLayer; ///< behind the feed-forward

    /// The norm that makes the input, none where nothing or more than this input is made by it.
    std::optional<Role> makerOf(LinearInput input) const;
    /// The matrix that writes what attention, or what stands in its place, makes: attn_output,
    /// ssm_out, shortconv.out_proj.
    Role mixerOutput() const;
    /// Channels that it reads; `hidden`: of the residual stream.
    std::int64_t mixedChannels(std::int64_t hidden) const;
};

} // namespace core
