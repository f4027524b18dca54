// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/layer.h"

namespace core {

// Latent attention in the form in which GGUF stores it and llama.cpp computes it (DeepSeek-AI 2024,
// arXiv 2405.04434, section 2.1.2): a head's queries are brought into the latent space by attn_k_b
// and attend to the latents themselves, which attn_v_b makes values of. So each matrix reads what
// llama.cpp shows its importance matrix.

/// What attn_q_b reads: the queries' latent, normed. `input` from attentionInput. Requires: a layer
/// with such a latent.
Matrix latentQueryInput(
    const MatrixView& input, const LayerWeights& weights, const Progress& progress);

/// attentionContext of a layer with latent attention: (tokens, heads × value).
Matrix latentContext(const MatrixView& input, const LayerWeights& weights, int length,
    const InnerInputs& seen, const Progress& progress);

// Its steps: latentHeads → of each head latentQueries → latentsTaken → attn_v_b.

/// Queries of all heads, each the channels that are not turned, then those that are; and what all
/// heads attend to: the normed latent, then the key. Turned.
struct LatentHeads {
    Matrix queries; ///< (tokens, heads × (plain + turned))
    Matrix keys; ///< (tokens, rank + turned)
};
LatentHeads latentHeads(const MatrixView& input, const LayerWeights& weights, int length,
    const InnerInputs& seen, const Progress& progress);
/// One head's queries among the latents: (tokens, rank + turned).
Matrix latentQueries(const LatentHeads& heads, int head, const LayerWeights& weights, int length,
    const InnerInputs& seen, const Progress& progress);
/// What such queries take of the latents: (tokens, rank).
Matrix latentsTaken(const Matrix& queries, const Matrix& keys, const AttentionSpec& spec,
    int length, const Progress& progress);

} // namespace core
