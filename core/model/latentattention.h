// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/attention.h"

namespace core {

// Latent attention in the form in which GGUF stores it and llama.cpp computes it (DeepSeek-AI 2024,
// arXiv 2405.04434, section 2.1.2): a head's queries are brought into the latent space by attn_k_b
// and attend to the latents themselves, which attn_v_b makes values of. So each matrix reads what
// llama.cpp shows its importance matrix.

/// What attn_q_b reads: the queries' latent, normed. `input` from attentionInput. Requires: a layer
/// with such a latent.
Matrix latentQueryInput(
    const MatrixView& input, const LayerWeights& weights, const Progress& progress);

/// Queries of all heads, each the channels that are not turned, then those that are; and what all
/// heads attend to: the normed latent, then the key that is turned.
struct Latents {
    Matrix queries; ///< (tokens, heads × (plain + turned))
    Matrix keys; ///< (tokens, rank + turned)
};

/// Norms the keys' latents of what was projected and turns what is turned, in place.
void finishLatents(
    Latents& latents, const LayerWeights& weights, Positions positions, const Progress& progress);

/// What the rows of `input` (from attentionInput), whole sequences of `length` tokens, attend with.
Latents attentionLatents(const MatrixView& input, const LayerWeights& weights, int length,
    const InnerInputs& seen, const Progress& progress);

/// What the heads make of the latents before each query: attentionContext's result, (tokens,
/// heads × value).
Matrix attendedLatents(const Latents& latents, const LayerWeights& weights, int length,
    const InnerInputs& seen, const Progress& progress);

// Its steps: of each head latentQueries → latentsTaken → attn_v_b.

/// One head's queries among the latents: (tokens, rank + turned).
Matrix latentQueries(const Latents& latents, int head, const LayerWeights& weights, int length,
    const InnerInputs& seen, const Progress& progress);
/// What such queries take of the latents: (tokens, rank).
Matrix latentsTaken(const Matrix& queries, const Matrix& keys, const AttentionSpec& spec,
    int length, const Progress& progress);

} // namespace core
