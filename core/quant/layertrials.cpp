// SPDX-License-Identifier: GPL-3.0-or-later
//
// In which ways a layer's matrices are tried and rounded by GPTQ.
#include "core/quant/layerinwork.h"

#include <algorithm>
#include <map>
#include <optional>

namespace core {

void LayerInWork::tryWays(Group& group, const InputSums& fit, const Progress& progress) const
{
    std::vector<TriedMatrix> matrices;
    std::map<Role, OutputHessian> outputs;
    for (const Role role : m_weights.readers(group.input)) {
        const PlannedTensor& planned = plannedAt(role);
        if (planned.method != Method::Gptq)
            continue;
        group.tried.push_back(role);
        const OutputHessian& H = outputs[role] = outputsOf(role, group.input);
        matrices.push_back(
            { &m_weights.matrix(role), planned.format, planned.encoder, H.empty() ? nullptr : &H });
    }
    group.trial
        = tryStrengths(fit, group.held, group.choice, matrices, options(), group.common, progress);
}

const WayTrial* LayerInWork::trialOf(Role role, const Group& group)
{
    const auto found = std::ranges::find(group.tried, role);
    return found == group.tried.end()
        ? nullptr
        : &group.trial.matrices[std::size_t(found - group.tried.begin())];
}

OutputHessian LayerInWork::outputsOf(Role role, LinearInput input) const
{
    const Place place{ role, m_layer };
    if (m_expert >= 0 || !m_run.outputs.has(place))
        return {};
    // Its rows were scaled, or some of them: what was gathered of them is of others.
    const LinearInput made
        = input == LinearInput::Attention ? LinearInput::AttentionOutput : LinearInput::Down;
    const bool isMade = input == LinearInput::Attention || input == LinearInput::FeedForward;
    if (isMade && m_scaling.fold.of(made).size() > 0)
        return {};
    return m_run.outputs.of(place);
}

Vector LayerInWork::tokenWeights(LinearInput input) const
{
    return options().weighGradients ? m_run.outputs.tokenWeights(m_layer, input) : Vector();
}

RoundedTensor LayerInWork::roundedByGptq(const Tensor& tensor, const PlannedTensor& planned,
    const Matrix& W, const Matrix& target, const Group& group, const Progress& progress) const
{
    const WayTrial* trial = trialOf(planned.place.role, group);
    GptqOptions given = options();
    given.sweeps = group.trust < sweepTrust ? 0 : given.sweeps;
    std::optional<OutputFactor> outputs;
    if (const OutputHessian H = outputsOf(planned.place.role, group.input);
        !H.empty() && (!trial || trial->twoSided))
        outputs = factorOutputs(H, options().outputDamping, progress.part(0, 0.05));
    if (!trial)
        return roundByGptq(tensor, planned, W, target, *group.factor, outputs ? &*outputs : nullptr,
            given, progress);
    RoundedTensor done = roundAsTried(tensor, planned, W, target, *group.factor,
        outputs ? &*outputs : nullptr, *trial, given, progress);
    done.report.heldSequences = group.held.sequences;
    return done;
}

} // namespace core
