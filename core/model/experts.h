// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/layer.h"

#include <functional>
#include <vector>

namespace core {

/// The experts that one token is sent to, by their number, and how much each counts.
struct ChosenExperts {
    std::vector<int> experts; ///< ascending
    std::vector<float> weights;
};
/// `logits`: spec.count of the router, its bias added; `bias`: exp_probs_b, which the choice alone
/// reads, null: none. Of equal ones the first counts as the larger. Pure.
ChosenExperts chooseExperts(const float* logits, const Vector* bias, const ExpertsSpec& spec);

/// The same by the biases and scales of a layer: `logits` of its router, which it changes.
ChosenExperts routeToken(Eigen::Ref<Eigen::RowVectorXf> logits, const LayerWeights& weights);

/// The tokens that one expert is given, and how much its outputs count for each.
struct ExpertTokens {
    std::vector<Eigen::Index> rows; ///< ascending
    std::vector<float> weights;
};

/// What experts read, and what the router does: feedForwardInput of both, but where they stand
/// beside a feed-forward.
Matrix expertsInput(
    const MatrixView& hidden, const LayerWeights& weights, const Progress& progress);
Matrix routerInput(const MatrixView& hidden, const LayerWeights& weights, const Progress& progress);

/// The weights of the norm that makes the router's input beside a feed-forward: its scale/√hidden.
Vector routerScale(const LayerWeights& weights, Eigen::Index hidden);

/// Which experts the tokens of `input` (tokens, hidden), from routerInput, are sent to: one entry
/// an expert. Of equal logits the first counts as the larger.
std::vector<ExpertTokens> routeTokens(
    const MatrixView& input, const LayerWeights& weights, const Progress& progress);

/// Some rows of `x`, one under the other.
Matrix gatheredRows(const MatrixView& x, const std::vector<Eigen::Index>& rows);

/// One expert's matrices, decoded: gate and up, (size, hidden), and down, (hidden, size).
struct ExpertWeights {
    Matrix gate, up, down;
    Vector gateBias, upBias, downBias; ///< empty: none
};
/// What of an expert reads its input, where it lies.
struct ExpertReaders {
    MatrixView gate, up;
    const Vector &gateBias, &upBias;

    ExpertReaders(const ExpertWeights& expert) // NOLINT: a view of it
        : ExpertReaders(expert.gate, expert.up, expert)
    {
    }
    /// With the biases of `biases`.
    ExpertReaders(const MatrixView& itsGate, const MatrixView& itsUp, const ExpertWeights& biases)
        : gate(itsGate)
        , up(itsUp)
        , gateBias(biases.gateBias)
        , upBias(biases.upBias)
    {
    }
};
/// Its biases alone; the matrices stay empty.
ExpertWeights expertBiases(const LayerWeights& weights, int expert);
/// Throws Error for a weight that is not finite.
ExpertWeights loadExpert(const LayerWeights& weights, int expert, const Progress& progress);
/// The same of the shared expert, whose matrices the layer holds.
ExpertWeights sharedExpert(const LayerWeights& weights);

/// act(gate x) ∘ (up x): what an expert's down reads.
Matrix expertGated(const MatrixView& x, const ExpertReaders& expert, Activation activation,
    const Progress& progress);

/// How much the shared expert's output counts for each token; empty: it counts whole.
Vector sharedWeights(
    const MatrixView& input, const LayerWeights& weights, const Progress& progress);

/// What a layer adds that has experts beside a feed-forward: after(post_1(written) + post_2(sum)),
/// `written` the product of ffn_down, `sum` that of the experts.
Matrix besideFeedForward(const Matrix& written, const Matrix& sum, const LayerWeights& weights,
    const Progress& progress);

/// What an expert's linear layers read, before they do; may change it. `expert` −1: the shared one.
using ExpertInputs = std::function<void(LinearInput input, int expert, Matrix& x)>;

/// What the chosen experts make of `read`, (tokens, hidden), one expert decoded at a time; without
/// the shared one. `routed` from routeTokens; `seen` may be empty.
Matrix expertsSum(const MatrixView& read, const std::vector<ExpertTokens>& routed,
    const LayerWeights& weights, const ExpertInputs& seen, const Progress& progress);

/// hidden += scale · what the experts make of `input`, from feedForwardInput, one expert decoded at
/// a time. `seen` may be empty.
void addExperts(MatrixBlock hidden, const MatrixView& input, const LayerWeights& weights,
    const ExpertInputs& seen, const Progress& progress);

} // namespace core
