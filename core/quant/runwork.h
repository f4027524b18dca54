// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/roundingspeed.h"
#include "core/quant/runshape.h"

#include <vector>

namespace core {

/// What the phases of a run are expected to take, in seconds, in the order in which they come.
struct RunWork {
    double embedding = 0;
    double importance = 0; ///< its own walk; 0 where none is made
    double lookingBack = 0; ///< through the original model for two-sided rounding
    std::vector<double> layers; ///< rounding each
    std::vector<double> walks; ///< letting the paths through each where it lies finished on the
                               ///< shelf
    double output = 0;

    double total() const; ///< of a run that finds nothing
    /// Of one that finds some parts (0 the embedding, 1 … the layers, last the output): they cost
    /// their walk as far as a layer behind them is rounded.
    RunWork without(const std::vector<bool>& found) const;
};

/// From the operations of each phase. Pure and quick; none throws.
RunWork runWork(const RunShape& shape, const RoundingSpeed& speed);

} // namespace core
