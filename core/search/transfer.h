// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/search/candidates.h"
#include "core/search/sensitivitytable.h"

#include <cstddef>
#include <vector>

namespace core {

/// How a tensor's loss in a format that no walk has tried follows from one that a walk has: to
/// second order losses are as the squared errors of the weights, seen by importance, and the errors
/// of a tensor's formats point in like directions. `quantscope-bench sensitivity` measures how far
/// that holds.
struct Transfer {
    PlannedTensor planned;
    std::uint64_t bytes = 0; ///< that the tensor takes then
    std::size_t from = 0; ///< index of the figure that is nearest, among the tensor's
    double ratio = 1; ///< of the squared errors, this format's over that one's
};

/// Of a tensor: one for each of `others` (plans of it) whose format `measured`, what walks try,
/// does not have. Rounds some of its rows. Throws Error for a weight that is not finite, Cancelled.
std::vector<Transfer> transfersOf(const Tensor& tensor, const std::vector<Candidate>& measured,
    const std::vector<Candidate>& others, const Importance& importance, const Progress& progress);

/// Gives `tensor` the figures that follow; those that an earlier call gave are replaced.
void transfer(TensorSensitivity& tensor, const std::vector<Transfer>& transfers);

} // namespace core
