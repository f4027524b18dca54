// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

namespace core {

/// `importance`, one non-negative weight a column, with its zeros filled in: a zero means that no
/// text moved the channel, which says that it is unknown, not that its weights are worth nothing.
/// In each block of `blockSize` columns zeros become the mean of the others; a block without any
/// other gets the mean of all that are known, so that its weights count alike. Empty if there is
/// none: rounding goes without importance. What is positive stays as it is.
std::vector<float> knownImportance(std::span<const float> importance, int blockSize);

} // namespace core
