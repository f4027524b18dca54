// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
#include "core/base/progress.h"
#include "core/model/layer.h"
#include "core/model/recurrentstate.h"

namespace core {

/// What ssm_out reads in a layer with a gated delta net: `input` (sequences × length, hidden), from
/// attentionInput, through attn_qkv, the convolution and the delta rule of each value head, normed
/// and gated. (sequences × length, values). The state starts at zero with each sequence; with a
/// `state` (may be null), the only sequence goes on from it and moves it on. On all processors, a
/// head of a sequence a task; the same bits for any number of them.
/// Source: Qwen3_5GatedDeltaNet of transformers 5.24, llama.cpp's src/models/qwen35.cpp.
Matrix deltaNetContext(const MatrixView& input, const LayerWeights& weights, int length,
    RecurrentState* state, const Progress& progress);

/// What the matrices of a delta net make of its input, (sequences × length, channels) each.
struct DeltaNetProjections {
    Matrix mixed; ///< q, k and v
    Matrix gate, alpha, beta;
};
/// deltaNetContext() of what was projected.
Matrix deltaNetOutputs(DeltaNetProjections projected, const LayerWeights& weights, int length,
    RecurrentState* state, const Progress& progress);

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
/// The same from a `state` S on, (headDim, headDim), which is left as the last token leaves it.
Matrix gatedDeltaRule(const DeltaRuleInputs& inputs, Matrix& state);

} // namespace core
