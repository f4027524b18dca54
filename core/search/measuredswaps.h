// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/imatrix.h"
#include "core/search/lonetensor.h"
#include "core/search/mixsearch.h"

#include <vector>

namespace core {

/// How a mix is improved by measuring.
struct SwapSettings {
    int most = 60; ///< tensors that are measured in another format
    std::vector<std::vector<int>> chunks; ///< tokenSequences of a text; best one held out
    Importance importance; ///< of the inputs
    Recipe recipe; ///< method and encoder; GPTQ's tensors are measured as importance rounds them
};

/// Those of a calibration text: its last sequences, and importance (empty: measured) of its first.
/// Throws Error, Cancelled.
SwapSettings swapSettings(const Checkpoint& checkpoint,
    const std::vector<std::vector<int>>& sequences, const Recipe& recipe, int most,
    Importance importance, const Progress& progress);

/// What measuring came to.
struct SwappedMix {
    MixSearch::Mix mix;
    int measured = 0; ///< tensors
    int changed = 0; ///< of which the mix has another format now
    MeasuredKld before, after; ///< of the whole model on that text, as it was rounded there
};

/// Improves `mix` within its bytes. Losses are predicted one tensor at a time, to some ten per
/// cent; so tensors for which the search nearly chose the next finer or coarser format are measured
/// in it, in the model as the mix rounds it, and the choice is made anew by measured and predicted
/// losses, each with the weight of its accuracy. A new mix is taken only if the whole model then
/// loses less on the text than by chance (paired by chunks: two standard errors), and the search
/// goes on from there until `most` are measured or nothing is won. On all processors, the same mix
/// for any number of them. Throws Error as LoneMeasurement, Cancelled.
SwappedMix improveBySwaps(const Checkpoint& checkpoint, const MixSearch& search,
    const MixSearch::Mix& mix, const SwapSettings& settings, const Progress& progress);

} // namespace core
