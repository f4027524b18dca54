// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
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
LayerWeights loadLayer(const Checkpoint& checkpoint, int layer);

// A layer in the steps between which linear layers read their inputs:
//   hidden → attentionInput → attentionContext → (+ output) → feedForwardInput → feedForwardGated →
//   (+ down)
// All take and give rows of whole sequences of `length` tokens ((sequences × length), channels),
// run on all processors, one sequence a task, and give the same bits for any number of threads and
// any number of sequences handed in at once.

/// RMSNorm(hidden) · attn_norm: what q, k and v read.
Matrix attentionInput(
    const MatrixView& hidden, const LayerWeights& weights, const ModelConfig& config);
/// The heads' outputs, causal: what attn_output reads. `input` from attentionInput.
Matrix attentionContext(
    const MatrixView& input, const LayerWeights& weights, const ModelConfig& config, int length);
/// RMSNorm(hidden) · ffn_norm: what gate and up read.
Matrix feedForwardInput(
    const MatrixView& hidden, const LayerWeights& weights, const ModelConfig& config);
/// SiLU(input · gateᵀ) ∘ (input · upᵀ): what ffn_down reads.
Matrix feedForwardGated(const MatrixView& input, const LayerWeights& weights);
/// hidden += input · weightᵀ, for attn_output and ffn_down.
void addLinear(Eigen::Ref<Matrix, 0, Eigen::OuterStride<>> hidden, const MatrixView& input,
    const Matrix& weight);
/// RMSNorm(hidden) · output_norm: what the head reads.
Matrix headInput(const MatrixView& hidden, const Checkpoint& checkpoint);

} // namespace core
