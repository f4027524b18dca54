// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace core {

/// What a tensor does, in the order of the model.
enum class Role {
    TokenEmbd,
    AttnNorm,
    AttnQ,
    AttnK,
    AttnV,
    AttnOutput,
    FfnNorm,
    FfnGate,
    FfnUp,
    FfnDown,
    OutputNorm,
    Output,
    RopeFreqs, ///< divisors of the rotary frequencies (llama3 scaling); only GGUF stores them
};

/// GGUF's word: "attn_q", "token_embd".
std::string_view roleName(Role role);
std::optional<Role> findRole(std::string_view roleName);

/// Every role that is a matrix in a layer, in order: attn_q … ffn_down.
std::span<const Role> layerMatrixRoles();
/// Whether tensors of this role are matrices that may be quantized (else norms, rope_freqs).
bool isMatrix(Role role);

/// A role and its layer, −1 outside the layers.
struct Place {
    Role role;
    int layer = -1;
    bool operator==(const Place&) const = default;
};

/// "blk.2.attn_k.weight", "token_embd.weight".
std::string ggufName(Place place);
/// "model.layers.2.self_attn.k_proj.weight". Requires: a role that Hugging Face stores.
std::string huggingFaceName(Place place);
/// The place named by a GGUF name, or by a Hugging Face Llama name
/// ("model.layers.2.self_attn.k_proj.weight"); none if neither.
std::optional<Place> findPlace(std::string_view tensorName);

/// What a linear layer reads. Those that read the same input share importance and Hessian.
enum class LinearInput {
    Attention, ///< attn_q, attn_k, attn_v: hidden after attn_norm
    AttentionOutput, ///< attn_output: the heads' outputs, (heads × headDim)
    FeedForward, ///< ffn_gate, ffn_up: hidden after ffn_norm
    Down, ///< ffn_down: SiLU(gate) · up
    Head, ///< output, or token_embd used as head: hidden after output_norm
};
/// Requires: a matrix. token_embd gives Head (what it reads when it is tied).
LinearInput inputOf(Role role);
std::span<const Role> rolesOf(LinearInput input);
/// Those of a layer, in the order in which it computes.
inline constexpr std::array layerInputs{ LinearInput::Attention, LinearInput::AttentionOutput,
    LinearInput::FeedForward, LinearInput::Down };

} // namespace core
