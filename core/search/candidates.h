// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/files/imatrix.h"
#include "core/quant/plan.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

namespace core {

/// What a tensor may become: planned, and rounded so when it is first asked for.
struct Candidate {
    std::size_t tensor = 0; ///< index among the checkpoint's
    PlannedTensor planned;
    std::optional<Tensor> rounded;
};

/// What each tensor of `checkpoint` may become: in every one of `formats` (or what its rows fall
/// back to) by `recipe`'s method and encoder. By tensor; empty for what is never quantized. Where
/// two formats fall back to one, it is there once.
std::vector<std::vector<Candidate>> candidatesFor(
    const Checkpoint& checkpoint, const std::vector<const Format*>& formats, const Recipe& recipe);

/// A finished run's model and its plan.
struct RoundedModel {
    std::shared_ptr<const Checkpoint> checkpoint;
    std::vector<PlannedTensor> plan;
};

/// What the tensors of `checkpoint` became in finished runs.
std::vector<std::vector<Candidate>> candidatesOf(
    const Checkpoint& checkpoint, const std::vector<RoundedModel>& rounded);

/// Rounds what is not yet rounded of one tensor's candidates. Throws Error for a weight that is not
/// finite, Cancelled.
void roundCandidates(const Checkpoint& checkpoint, std::vector<Candidate>& candidates,
    const Importance& importance, const Progress& progress);

} // namespace core
