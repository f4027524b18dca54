// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/backward.h"
#include "core/model/layerstates.h"

#include <cstdint>

namespace core {

/// What is predicted, and the noise of it.
struct BackwardOptions {
    int firstScored = 0; ///< position of a sequence from which on next tokens are predicted
    int scored = 0; ///< how many
    std::uint64_t seed = 0;
    std::uint64_t firstSequence = 0; ///< number of the first one: each has noise of its own
};

/// A way back handles whole sequences of together about this many tokens at once.
constexpr int backwardTileTokens = 2048;

/// The way back through `checkpoint` from random gradients at its logits (backwardHead) at the
/// scored positions to the embedding: what the observer is shown makes, per sequence, a weight
/// gradient G of every tensor with mean 0 whose products have the Fisher information of the
/// predictions as their mean. `states`: from walkKeeping. Throws Error for a model that is not
/// computed, Cancelled.
void backwardWalk(const Checkpoint& checkpoint, const LayerStates& states,
    const BackwardOptions& options, BackwardObserver& observer, const Progress& progress);

} // namespace core
