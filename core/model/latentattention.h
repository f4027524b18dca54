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

} // namespace core
