// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/candidates.h"

#include "core/quant/rangefallback.h"
#include "core/quant/tensorrounding.h"

#include <algorithm>
#include <span>
#include <utility>

namespace core {

namespace {

    using Candidates = std::vector<std::vector<Candidate>>;

    /// Adds what one plan makes of the tensors, unless it is there.
    void addPlanned(Candidates& all, const Checkpoint& checkpoint,
        const std::vector<PlannedTensor>& plan, const Checkpoint* rounded)
    {
        for (std::size_t i = 0; i < plan.size(); ++i) {
            const PlannedTensor& planned = plan[i];
            if (!checkpoint.tensors()[i].isMatrix() || planned.keeps
                || !planned.format->isQuantized())
                continue;
            const bool isThere = std::ranges::any_of(all[i], [&planned](const Candidate& each) {
                return each.planned.format == planned.format
                    && each.planned.method == planned.method;
            });
            if (!isThere)
                all[i].push_back(
                    { i, planned, rounded ? std::optional(rounded->tensors()[i]) : std::nullopt });
        }
    }

} // namespace

std::vector<std::vector<Candidate>> candidatesFor(
    const Checkpoint& checkpoint, const std::vector<const Format*>& formats, const Recipe& recipe)
{
    Candidates all(checkpoint.tensors().size());
    for (const Format* format : formats) {
        Recipe uniform = recipe;
        uniform.rules.clear();
        uniform.format = format;
        addPlanned(all, checkpoint, planTensors(checkpoint, uniform), nullptr);
    }
    return all;
}

std::vector<std::vector<Candidate>> candidatesOf(
    const Checkpoint& checkpoint, const std::vector<RoundedModel>& rounded)
{
    Candidates all(checkpoint.tensors().size());
    for (const RoundedModel& model : rounded)
        addPlanned(all, checkpoint, model.plan, model.checkpoint.get());
    return all;
}

void roundCandidates(const Checkpoint& checkpoint, std::vector<Candidate>& candidates,
    const Importance& importance, const Progress& progress)
{
    for (Candidate& candidate : candidates) {
        if (candidate.rounded)
            continue;
        const Tensor& tensor = checkpoint.tensors()[candidate.tensor];
        const auto known = importance.find(tensor.name);
        const bool isUsed
            = candidate.planned.method == Method::Importance && known != importance.end();
        candidate.planned = withinRange(tensor, candidate.planned, progress.part(0, 0));
        candidate.rounded = roundInTiles(tensor, candidate.planned,
            isUsed ? std::span<const float>(known->second) : std::span<const float>(),
            progress.part(0, 0))
                                .tensor;
    }
}

} // namespace core
