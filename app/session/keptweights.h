// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/shelf.h"
#include "core/stats/tensorstats.h"

#include <memory>
#include <vector>

namespace app {

/// The statistics of every weight of a model, in the order of its tensors.
using WeightStats = std::vector<std::shared_ptr<const core::TensorStats>>;

/// What lies on the shelf of `checkpoint`; empty if nothing does. Throws core::Error if it is not
/// what keepWeights writes. For a worker.
WeightStats findWeights(const core::Shelf& shelf, const core::Checkpoint& checkpoint);

/// Keeps them, so that the model is not read again when it is opened another time. Throws
/// core::Error if they cannot be written. For a worker.
void keepWeights(
    const core::Shelf& shelf, const core::Checkpoint& checkpoint, const WeightStats& stats);

} // namespace app
