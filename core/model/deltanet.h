// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
#include "core/base/progress.h"
#include "core/model/layer.h"

namespace core {

/// What ssm_out reads in a layer with a gated delta net: `input` (sequences × length, hidden), from
/// attentionInput, through attn_qkv, the convolution and the delta rule of each value head, normed
/// and gated. (sequences × length, values). The state starts at zero with each sequence. On all
/// processors, a head of a sequence a task; the same bits for any number of them.
/// Source: Qwen3_5GatedDeltaNet of transformers 5.24, llama.cpp's src/models/qwen35.cpp.
Matrix deltaNetContext(
    const MatrixView& input, const LayerWeights& weights, int length, const Progress& progress);

/// What one value head of one sequence is computed from: a row a token.
struct DeltaRuleInputs {
    MatrixView q, k, v; ///< (tokens, headDim); q and k of length 1, q divided by √headDim
    Vector decay; ///< log of what is left of the state after a token: at most 0 in a sound model
    Vector rate; ///< how much of what a key stands for is replaced: 0 to 1
};
/// The gated delta rule, in chunks of tokens: S ← e^decay · S, S ← S + k (rate · (v − Sᵀk))ᵀ, the
/// output is Sᵀq. (tokens, headDim). On the calling thread. Chunks as in Yang et al. 2024, "Gated
/// Delta Networks", section 3.3: within one the updates are the solution of a unit triangular
/// system, so that all else is products of matrices.
Matrix gatedDeltaRule(const DeltaRuleInputs& inputs);

} // namespace core
