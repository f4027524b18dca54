// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
#include "core/base/progress.h"
#include "core/model/checkpoint.h"

namespace core {

/// One decoder layer's weights as floats.
struct LayerWeights {
    Vector attnNorm, ffnNorm; ///< (hidden)
    Matrix q, k, v, output, gate, up, down; ///< (out, in)

    Matrix& matrix(Role role); ///< Requires: a matrix role of a layer.
    const Matrix& matrix(Role role) const;
};

/// Decodes layer `layer`, on all processors. Throws Error for a weight that is not finite: tensor,
/// row, column.
LayerWeights loadLayer(const Checkpoint& checkpoint, int layer, const Progress& progress);

// A layer in the steps between which linear layers read their inputs:
//   hidden → attentionInput → attentionContext → (+ output) → feedForwardInput → feedForwardGated →
//   (+ down)
// All take and give rows of whole sequences of `length` tokens ((sequences × length), channels) and
// run on all processors. The bits of a row depend neither on the number of threads nor, for
// sequences of a multiple of 16 tokens, on the other sequences handed in with it. `progress` is
// only asked whether to stop, by every task (some 10 ms).

/// RMSNorm(hidden) · attn_norm: what q, k and v read.
Matrix attentionInput(const MatrixView& hidden, const LayerWeights& weights,
    const ModelConfig& config, const Progress& progress);
/// The heads' outputs, causal: what attn_output reads. `input` from attentionInput.
Matrix attentionContext(const MatrixView& input, const LayerWeights& weights,
    const ModelConfig& config, int length, const Progress& progress);
/// RMSNorm(hidden) · ffn_norm: what gate and up read.
Matrix feedForwardInput(const MatrixView& hidden, const LayerWeights& weights,
    const ModelConfig& config, const Progress& progress);
/// SiLU(input · gateᵀ) ∘ (input · upᵀ): what ffn_down reads.
Matrix feedForwardGated(
    const MatrixView& input, const LayerWeights& weights, const Progress& progress);
/// hidden += input · weightᵀ, for attn_output and ffn_down.
void addLinear(
    MatrixBlock hidden, const MatrixView& input, const Matrix& weight, const Progress& progress);
/// RMSNorm(hidden) · output_norm: what the head reads. Throws Error for a norm that is not finite.
Matrix headInput(const MatrixView& hidden, const Checkpoint& checkpoint, const Progress& progress);

} // namespace core
