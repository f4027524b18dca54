// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <compare>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace core {

/// What a tensor does, in the order of the model.
enum class Role {
    TokenEmbd,
    TokenEmbdPerLayer,
    PerLayerModelProj,
    PerLayerProjNorm,
    PositionEmbd,
    AttnNorm,
    AttnNormBias,
    AttnNorm2, ///< Falcon's norm before attention, where attn_norm is before the feed-forward
    AttnNorm2Bias,
    AttnQkv, ///< rows of q, k, v in one tensor
    AttnQkvBias,
    AttnQ,
    AttnQBias,
    AttnK,
    AttnKBias,
    AttnV,
    AttnVBias,
    AttnQA, ///< latent attention: hidden → the queries' latent
    AttnQANorm,
    AttnQB, ///< the queries' latent → queries
    AttnKvAMqa, ///< hidden → the latent of keys and values, then a key that all heads share
    AttnKvANorm,
    AttnKB, ///< each head's matrix between queries and the latent
    AttnVB, ///< each head's matrix from the latent to values
    AttnQNorm,
    AttnKNorm,
    AttnSinks, ///< an extra logit a head, which takes attention and gives no value
    AttnGate,
    AttnOutput,
    AttnOutputBias,
    SsmConv1d,
    SsmA,
    SsmDt,
    SsmAlpha,
    SsmBeta,
    SsmNorm,
    SsmOut,
    ShortConvConv,
    ShortConvIn,
    ShortConvOut,
    PostAttentionNorm, ///< after attention, before it is added; in some architectures the norm
                       ///< before the feed-forward
    FfnNorm,
    FfnNormBias,
    FfnGateInp, ///< the router of experts
    FfnGateInpBias,
    FfnGateInpScale, ///< Gemma 4: of what its router reads
    FfnGateInpShexp,
    ExpProbsBias,
    FfnGate,
    FfnGateBias,
    FfnUp, ///< in some architectures rows of gate, then of up
    FfnUpBias,
    FfnDown,
    FfnDownBias,
    FfnGateExps,
    FfnGateExpsBias,
    FfnUpExps,
    FfnUpExpsBias,
    FfnGateUpExps,
    FfnDownExps,
    FfnDownExpsBias,
    FfnDownExpsScale, ///< one number an expert
    FfnGateShexp,
    FfnUpShexp,
    FfnDownShexp,
    PreFfwNorm2, ///< Gemma 4: before the experts beside a feed-forward
    PostFfwNorm1, ///< after that feed-forward
    PostFfwNorm2, ///< after those experts
    PostFfwNorm, ///< after the feed-forward, before it is added
    PerLayerInpGate, ///< Gemma 4: hidden → what weighs the layer's own input
    PerLayerProj, ///< the layer's own input → hidden
    PerLayerPostNorm,
    LayerOutputScale, ///< one number, by which the residual stream behind the layer is multiplied
    OutputNorm,
    OutputNormBias,
    TokenEmbdNorm, ///< LFM2's norm before the head
    Output,
    OutputBias,
    RopeFreqs, ///< divisors of the rotary frequencies (llama3 scaling); only GGUF stores them
    RopeFactorsShort,
    RopeFactorsLong,
    OtherMatrix, ///< a matrix (or a stack of them) that may be quantized, of which nothing else is
                 ///< known
    OtherTensor, ///< anything else: it stays as it is
};

/// GGUF's word: "attn_q", "token_embd", "attn_q.bias"; "other" for both kinds of unknown.
std::string_view roleName(Role role);
std::optional<Role> findRole(std::string_view roleName);

/// Every role that is a matrix in a layer of some architecture, in order: attn_qkv, attn_q …
/// ffn_down ….
std::span<const Role> layerMatrixRoles();
/// Whether tensors of this role are matrices that may be quantized (else norms, biases, rope_freqs,
/// routers).
bool isMatrix(Role role);

/// A role and its layer, −1 outside the layers. Where several tensors have no role of their own,
/// their index among the model's tensors tells them apart.
struct Place {
    Role role;
    int layer = -1;
    int number = 0; ///< 0 but for OtherMatrix and OtherTensor
    bool operator==(const Place&) const = default;
    auto operator<=>(const Place&) const = default;
};
bool isOther(Role role);
/// Whether a tensor holds one matrix for each expert, one under the other.
bool isExpertStack(Role role);
/// Whether it holds one matrix for each head.
bool isHeadStack(Role role);
/// Whether a tensor outside the layers is read before them: token_embd, position_embd.
bool isBeforeLayers(Role role);

/// "blk.2.attn_k.weight", "token_embd.weight", "blk.0.attn_q.bias". Requires: a role that has a
/// name (not isOther).
std::string ggufName(Place place);
/// The place named by a GGUF name; none if it is none that is known.
std::optional<Place> findPlace(std::string_view ggufName);
/// The layer that a GGUF name speaks of ("blk.12.…"), −1 if none.
int layerOfName(std::string_view ggufName);

/// What a linear layer reads. Those that read the same input share importance and Hessian.
enum class LinearInput {
    Attention, ///< attn_q, attn_k, attn_v: hidden after attn_norm
    AttentionOutput, ///< attn_output: the heads' outputs, (heads × headDim)
    FeedForward, ///< ffn_gate, ffn_up: hidden after ffn_norm
    Down, ///< ffn_down: SiLU(gate) · up
    Head, ///< output, or token_embd used as head: hidden after output_norm
    Experts, ///< gate and up of one expert: the tokens that are sent to it
    ExpertsDown, ///< ffn_down of one expert
    SharedDown, ///< ffn_down of the expert that all tokens share
    LatentQuery, ///< attn_q_b: the queries' latent after its norm
    HeadQuery, ///< attn_k_b of one head: its query's channels that are not turned
    HeadContext, ///< attn_v_b of one head: the latents that it attends to
    PerLayer, ///< inp_gate: hidden after the feed-forward
    PerLayerOutput, ///< proj: the layer's own input, weighed
};
/// What a matrix of that role reads; token_embd gives Head (what it reads when it is tied). Nothing
/// where that is not known.
std::optional<LinearInput> findInput(Role role);
LinearInput inputOf(Role role); ///< Requires: findInput gives one.
/// Every role that may read the input; which of them a layer has, its tensors say.
std::span<const Role> rolesOf(LinearInput input);
/// Those of a layer, in the order in which it computes.
inline constexpr std::array layerInputs{ LinearInput::Attention, LinearInput::AttentionOutput,
    LinearInput::FeedForward, LinearInput::Down };

} // namespace core
