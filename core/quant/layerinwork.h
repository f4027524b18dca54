// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/layer.h"
#include "core/quant/expertparts.h"
#include "core/quant/layerrounding.h"
#include "core/rounding/heldsums.h"
#include "core/rounding/strength.h"
#include "core/rounding/targetchoice.h"

#include <map>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

namespace core {

/// One layer on its way: its weights, scaled before they are rounded where it was asked for and
/// rounded so far, and the original ones.
class LayerInWork {
public:
    LayerInWork(const LayerRounding& run, int layer, LayerScaling scaling, bool hasReference,
        const Progress& progress);

    const LayerWeights& weights() const { return m_weights; }
    /// As in the original model, not scaled: a reference path that went through it is the same
    /// whether this layer was rounded now or before. With a reference only.
    const LayerWeights& original() const { return m_original; }
    /// Matrices of original() that are not needed any more.
    void releaseOriginal(std::span<const Role> roles);
    enum class Version { Original, Rounded }; ///< of original(), of weights()
    /// Takes the matrices that read `input` out of memory, until bringBack() decodes them again as
    /// they are. Those of which no tensor has the values, scaled and not rounded, stay.
    void putAside(Version version, LinearInput input);
    void bringBack(Version version, LinearInput input, const Progress& progress);
    const TokenRoom& room() const { return m_run.room; }
    /// What the original layer's `input` would be if it were scaled as weights() is, and the
    /// input of weights() if it were not.
    Matrix folded(LinearInput input, Matrix x) const;
    Matrix unfolded(LinearInput input, Matrix x) const;
    /// original −= unfolded(input, x).
    void subtractUnfolded(Matrix& original, LinearInput input, const Matrix& x) const;
    /// How much each token of the text counts for the matrices that read `input`, as a factor for
    /// its vectors; empty: all alike.
    Vector tokenWeights(LinearInput input) const;
    const LayerSpec& spec() const { return m_weights.spec; }
    const GptqOptions& options() const { return m_run.gptq; }

    /// Whether a matrix that reads `input` is rounded by GPTQ.
    bool needsHessian(LinearInput input) const;

    /// Rounds the matrices that read `input`; then, for q, k, v and gate, up, fits the norm before
    /// them. `fit` and `held`: what was gathered about the input, all tokens together; `held`
    /// without tokens where nothing is chosen by data. `common`, where it is not null: a Hessian of
    /// many more tokens than came to an expert, towards which its own may be shrunk.
    void round(LinearInput input, InputSums fit, HeldSums held, const SymmetricMatrix* common,
        const Progress& progress);

    /// Rounds the matrices of all heads that read `input`, of HeadQuery and HeadContext, without
    /// any activations but what the importance says.
    void roundHeads(LinearInput input, const Progress& progress);

    // Experts are rounded one at a time: between beginExpert() and endExpert() the layer has those
    // matrices of one that were loaded under the roles of their stacks, which round() takes for
    // Experts and ExpertsDown. finishExperts() puts the stacks together.
    void beginExpert(int expert, Eigen::Index tokens);
    void loadExpert(Version version, LinearInput input, const Progress& progress);
    void releaseExpert(Version version, LinearInput input);
    void endExpert();
    void finishExperts(const Progress& progress);
    /// Rounds the stacks without any activations but what the importance says.
    void roundStacks(const Progress& progress);
    bool hasExperts() const { return spec().experts.has_value(); }
    /// Whether a stack is rounded by GPTQ.
    bool stacksNeedHessian() const;

    /// The order that round() gave the neurons of the feed-forward, new → old: what was computed
    /// from gate and up before must follow. Empty: as they were.
    const std::vector<Eigen::Index>& neuronOrder() const { return m_neuronOrder; }

    /// The layer's tensors, vectors included, with the reports on its matrices.
    RoundedPart finish();

private:
    /// What the matrices that read one input share.
    struct Group {
        LinearInput input;
        InputSums sums; ///< of all tokens; H is in `factor` while they are rounded
        InputSums fit; ///< of those not held out, where the norm is fitted by both
        HeldSums held;
        const SymmetricMatrix* common; ///< of more tokens; null: none
        StrengthTrial trial; ///< of the matrices that are rounded by GPTQ; none: nothing held out
        std::vector<Role> tried; ///< those matrices
        double trust = 1; ///< textTrust of what was gathered
        TargetChoice choice;
        /// What the target adds to W, as much of it as is followed: (out, in), where several
        /// matrices read the input (in, in), for W times it. Empty: not corrected.
        Matrix correction;
        std::optional<GptqFactor> factor; ///< if any is rounded by GPTQ
    };

    const PlannedTensor& plannedAt(Role role) const
    {
        return core::plannedAt(m_run.checkpoint, m_run.plan, { role, m_layer });
    }
    Group prepared(LinearInput input, InputSums fit, HeldSums held, const SymmetricMatrix* common,
        const Progress& progress);
    bool fitsNormOf(const Group& group) const;
    bool mayOrderNeurons() const;
    std::optional<Tensor> storedAs(Version version, Role role) const;
    void tryWays(Group& group, const InputSums& fit, const Progress& progress) const;
    /// Null where nothing was tried.
    static const WayTrial* trialOf(Role role, const Group& group);
    /// H_O of the matrix; empty: it is not rounded two-sidedly.
    OutputHessian outputsOf(Role role, LinearInput input) const;
    void orderNeurons(InputSums& fit, InputSums& held);
    /// Gives back the matrix as it was.
    Matrix roundOne(Role role, Group& group, const Progress& progress);
    RoundedTensor rounded(
        Role role, const Group& group, const Matrix& target, const Progress& progress) const;
    RoundedTensor roundedByGptq(const Tensor& tensor, const PlannedTensor& planned, const Matrix& W,
        const Matrix& target, const Group& group, const Progress& progress) const;
    void fitNorm(
        const Group& group, const std::vector<Matrix>& originals, const Progress& progress);

    const LayerRounding& m_run;
    int m_layer;
    LayerScaling m_scaling;
    LayerWeights m_weights;
    LayerWeights m_original{};
    std::set<std::pair<Version, Role>> m_aside; ///< matrices that can be brought back
    std::vector<RoundedTensor> m_done;
    int m_expert = -1; ///< in work; −1: none
    std::map<Role, ExpertParts> m_experts; ///< rounded so far
    std::vector<Eigen::Index> m_neuronOrder;
    std::vector<Role> m_changedVectors; ///< that are not as they were
};

} // namespace core
