// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/groups.h"

#include <array>
#include <cstddef>

/// Grids that are judged by what is stored: the scales as rounded, every weight at its nearest
/// level. Quantscope's own encoders lower this error further where ggml's stop. All are pure.
namespace core::formats {

/// The levels of a grid: consecutive integers, or the sixteen of iq4.h.
struct LevelRange {
    int lowest = 0;
    int highest = 0;
    bool isIq4 = false;
};

/// How well sixteen groups fit to a grid each, and the sums that tell which grid would fit those
/// levels best.
struct GridFit {
    Sixteen error; ///< Σ w·(x − (step·level + offset))²
    Sixteen sumL; ///< Σ w·level
    Sixteen sumLL; ///< Σ w·level²
    Sixteen sumXL; ///< Σ w·x·level
};

/// Fits weights to step·level + offset. A step of 0 leaves level 0, or the lowest above it.
GridFit fitToGrids(
    const Groups& groups, const Sixteen& step, const Sixteen& offset, const LevelRange& levels);

/// The stored scales of sixteen groups: step = unit·scale, offset = −(minUnit·min). Groups 0 …
/// groupsInBlock − 1 share their units, as do the next so many, and so on.
struct StoredScales {
    std::size_t groupsInBlock;
    int lowestScale, highestScale, highestMin; ///< what the codes can say
    Sixteen unit{}, minUnit{}; ///< binary16 values
    std::array<int, together> scale{}, min{};
};

/// Moves codes to neighbours that fit better, then the units to the least squares of what came
/// out, where a block's error falls.
void refineScales(const Groups& groups, const LevelRange& levels, StoredScales& stored);

/// The step of sixteen groups alone, a binary16: refined from `step` on. Gives the best of all.
Sixteen refineSteps(const Groups& groups, const LevelRange& levels, const Sixteen& step);

/// The same of a step and an offset, both binary16.
struct StepOffsets {
    Sixteen step;
    Sixteen offset;
    Sixteen error;
};
StepOffsets refineStepsAndOffsets(
    const Groups& groups, const LevelRange& levels, const Sixteen& step, const Sixteen& offset);

} // namespace core::formats
