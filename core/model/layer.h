// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
#include "core/base/progress.h"
#include "core/model/beside.h"
#include "core/model/checkpoint.h"
#include "core/model/recurrentstate.h"

#include <functional>
#include <map>
#include <optional>
#include <vector>

namespace core {

/// One decoder layer as floats: what it computes and its weights, by role.
struct LayerWeights {
    LayerSpec spec;
    std::map<Role, Matrix> matrices; ///< (out, in), each as its tensor has it
    std::map<Role, Vector> vectors; ///< norms and biases; those of several rows one after the other
    std::map<Role, Tensor> stacks; ///< of experts, decoded one at a time

    bool has(Role role) const { return matrices.contains(role); }
    Matrix& matrix(Role role) { return matrices.at(role); } ///< Requires: it has it.
    const Matrix& matrix(Role role) const { return matrices.at(role); }
    Vector& vector(Role role) { return vectors.at(role); } ///< Requires: it has it.
    const Vector& vector(Role role) const { return vectors.at(role); }
    const Vector* findVector(std::optional<Role> role) const; ///< null: it has none

    /// The roles of its matrices that read `input`, in their order.
    std::vector<Role> readers(LinearInput input) const;
    /// Where attn_q, attn_k or attn_v, ffn_gate or ffn_up lies: in a matrix of its own, or in one
    /// that holds several of them.
    struct PartPlace {
        Role matrix;
        Eigen::Index first, rows;
    };
    PartPlace placeOf(Role part) const;
    /// Its rows. (out, in)
    MatrixView part(Role role) const;
    std::vector<MatrixView> parts(const std::vector<Role>& roles) const;
    /// The bias of such a part or of another matrix; nothing (size 0) where there is none.
    Vector biasOf(Role role) const;
};

/// The bias that belongs to the matrix of that role; none of those that never have one.
std::optional<Role> biasRole(Role matrix);
/// The bias that a LayerNorm of that role may have; none of norms that are RMSNorms everywhere.
std::optional<Role> normBiasRole(Role norm);

/// The matrices of layer `layer` that read `input`, by role, without decoding anything.
std::vector<Role> readersOf(const Checkpoint& checkpoint, LinearInput input, int layer);

/// Decodes layer `layer`, on all processors. Throws Error for a model that is not computed and a
/// weight that is not finite: tensor, row, column.
LayerWeights loadLayer(const Checkpoint& checkpoint, int layer, const Progress& progress);

// A layer in the steps between which linear layers read their inputs:
//   hidden → attentionInput → attentionContext → (addAttention) → feedForwardInput →
//   feedForwardGated → (addFeedForward) [→ perLayerGated → (addPerLayer)] → scaleOutput
// (latent attention: latentattention.h; experts: experts.h)
// All take and give rows of whole sequences of `length` tokens ((sequences × length), channels) and
// run on all processors. The bits of a row depend neither on the number of threads nor, for
// sequences of a multiple of 16 tokens, on the other sequences handed in with it. `progress` is
// only asked whether to stop, by every task (some 10 ms). Where spec.isParallel, feedForwardInput
// wants the hidden states before addAttention.

/// What q, k and v read, or the projections of what stands in the place of attention.
Matrix attentionInput(
    const MatrixView& hidden, const LayerWeights& weights, const Progress& progress);
/// What linear layers inside attention read, before they do; may change it.
using InnerInputs = std::function<void(LinearInput input, int head, Matrix& x)>;
/// What attention of some models, and what stands in its place, needs beside its input.
struct AttentionAids {
    BesideTile beside; ///< where keys are shared
    InnerInputs seen; ///< may be empty
    /// What the only sequence goes on from, moved on; null: each starts anew.
    RecurrentState* state = nullptr;
};
/// The heads' outputs, causal, or what a delta net or a short convolution makes in their place:
/// what attn_output, ssm_out, shortconv.out_proj read. `input` from attentionInput.
Matrix attentionContext(const MatrixView& input, const LayerWeights& weights, int length,
    const Progress& progress, const AttentionAids& aids = {});
/// hidden += scale · after(attn_output · context + bias); spec.mixerOutput() in its place.
void addAttention(MatrixBlock hidden, const MatrixView& context, const LayerWeights& weights,
    const Progress& progress);
/// What gate and up read.
Matrix feedForwardInput(
    const MatrixView& hidden, const LayerWeights& weights, const Progress& progress);
/// act(gate x) ∘ (up x), or act(up x): what ffn_down reads. Without experts.
Matrix feedForwardGated(
    const MatrixView& input, const LayerWeights& weights, const Progress& progress);
/// hidden += scale · after(ffn_down · gated + bias).
void addFeedForward(MatrixBlock hidden, const MatrixView& gated, const LayerWeights& weights,
    const Progress& progress);

/// act(inp_gate · x) ∘ the layer's own input: what proj reads. `x`: hidden after the feed-forward.
/// Requires: spec.perLayer, a tile of a path whose `beside` has the tokens.
Matrix perLayerGated(const MatrixView& x, const LayerWeights& weights, const BesideTile& beside,
    const Progress& progress);
/// hidden += after(proj · gated).
void addPerLayer(MatrixBlock hidden, const MatrixView& gated, const LayerWeights& weights,
    const Progress& progress);
/// hidden × layer_output_scale, where there is one.
void scaleOutput(MatrixBlock hidden, const LayerWeights& weights);

/// hidden += scale · after(written + bias), `written` the product of the matrix `writer`.
void addWritten(MatrixBlock hidden, Matrix written, const LayerWeights& weights, Role writer,
    std::optional<Role> after, const Progress& progress);

/// What the head reads: hidden after output_norm. Throws Error for a norm that is not finite.
Matrix headInput(const MatrixView& hidden, const Checkpoint& checkpoint, const Progress& progress);

} // namespace core
