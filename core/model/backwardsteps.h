// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/backward.h"
#include "core/model/norm.h"

#include <functional>
#include <utility>
#include <vector>

/// The steps of core/model/layer.h on their way back. `g` is always the gradient of the loss by
/// what a step gives, the result that by what it reads; rows are tokens.
namespace core::backward {

using Index = Eigen::Index;

/// What every step of a tile's way back through a layer needs.
struct Step {
    const LayerWeights& weights;
    const BackwardPlace& place;
    BackwardObserver& observer;
    const Progress& progress;

    /// Shows the linear layer of a whole tensor.
    void show(Role role, const MatrixView& x, const MatrixView& g) const;
};

/// body(row) for all rows, on all processors.
void forTokens(Index rows, const Progress& progress, const std::function<void(Index)>& body);

/// g · weight, and result += it: what a linear layer's outputs say about its inputs.
Matrix throughLinear(const MatrixView& g, const MatrixView& weight, const Progress& progress);
void addThroughLinear(
    MatrixBlock result, const MatrixView& g, const MatrixView& weight, const Progress& progress);
/// c += aᵀ · b: (k, m)ᵀ · (k, n) → (m, n), on the calling thread.
void addTransposedProduct(MatrixBlock c, const MatrixView& a, const MatrixView& b);

/// One row of a norm; `result` may be `g`.
void throughNormRow(const float* x, const float* g, std::size_t count, NormKind kind, float epsilon,
    const float* weight, float* result);
/// `x`: what the norm reads.
Matrix throughNorm(
    const MatrixView& x, const MatrixView& g, const Norm& norm, const Progress& progress);
/// The same for the norm before a branch: g itself where there is none.
Matrix throughNormBefore(
    const MatrixView& hidden, Matrix g, std::optional<Role> role, const Step& step);

/// The gradients of a branch's writer W at W x + bias, where hidden += scale · after(W x + bias).
Matrix throughWriter(const MatrixView& g, const MatrixView& x, Role writer,
    std::optional<Role> after, const Step& step);

/// Gradients at parts (attn_q …) that lie in matrices of their own or together in one.
class PartGradients {
public:
    PartGradients(const std::vector<Role>& parts, Index tokens, const LayerWeights& weights);
    MatrixBlock part(Role part);
    /// Shows the matrices, which read `x`, and gives the gradient at `x`.
    Matrix throughMatrices(const MatrixView& x, const Step& step) const;

private:
    const LayerWeights& m_weights;
    std::vector<std::pair<Role, Matrix>> m_matrices; ///< (tokens, outputs)
};

/// act(gate) · up of `count` values: `g` becomes the gradient at `up`, `gate` that at itself.
void throughActivationTimes(
    Activation activation, float* gate, const float* up, float* g, std::size_t count);
/// act(x): `g` becomes the gradient at `x`.
void throughActivation(Activation activation, const float* x, float* g, std::size_t count);

/// A feed-forward's way to what ffn_down reads.
struct FeedForwardWay {
    Matrix gate, up, gated; ///< gate empty where it is not gated
};
FeedForwardWay feedForwardWay(const MatrixView& input, const Step& step);
/// `written`: at what ffn_down gives.
Matrix throughFeedForwardWay(
    const MatrixView& written, FeedForwardWay way, const MatrixView& input, const Step& step);

/// From the residual stream after attention, or what stands in its place, to its normed input.
Matrix throughMixer(
    const MatrixView& g, const MatrixView& input, const MatrixView& context, const Step& step);
// From what the mixer's last matrix reads to its normed input.
Matrix throughDeltaNet(const MatrixView& g, const MatrixView& input, const Step& step);
Matrix throughShortConvolution(const MatrixView& g, const MatrixView& input, const Step& step);
Matrix throughLatentAttention(const MatrixView& g, const MatrixView& input, const Step& step);

/// From the residual stream after a branch to its normed input.
Matrix throughFeedForward(const MatrixView& g, const MatrixView& input, const Step& step);
Matrix throughExperts(const MatrixView& g, const MatrixView& input, const Step& step);
/// To `hidden`, the stream before it, of experts beside a feed-forward.
Matrix throughExpertsBeside(const MatrixView& g, const MatrixView& hidden, const Step& step);
/// From the stream after the layer's own input is added to the part of it that comes through that
/// input's gate. `hidden`: the stream before.
Matrix throughPerLayer(const MatrixView& g, const MatrixView& hidden, const Step& step);

/// Experts without what stands around them: the gradients at what they and their router read.
struct MixtureGradients {
    Matrix read, routed;
};
/// `g`: at the weighted sum of their outputs.
MixtureGradients throughMixture(
    const MatrixView& g, const MatrixView& read, const MatrixView& routed, const Step& step);

} // namespace core::backward
