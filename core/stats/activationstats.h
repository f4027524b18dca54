// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
#include "core/base/progress.h"
#include "core/files/imatrix.h"
#include "core/model/checkpoint.h"
#include "core/stats/histogram.h"
#include "core/stats/moments.h"

#include <string>
#include <vector>

namespace core {

/// What flows into the linear layers that share one input.
struct InputStats {
    LinearInput input;
    int layer; ///< −1 for Head
    Moments moments;
    Histogram histogram; ///< 160 bins; range found on the first tile, widened by doubling bins
    std::vector<float> absmax, meanAbs, meanSquare; ///< by channel
};

/// One of the largest values of the residual stream.
struct LargeValue {
    int depth; ///< as WalkObserver::residual
    int channel;
    float value;
    int sequence; ///< where: sequence and position in it
    int position;
    int token; ///< id
};

/// What calibration text does to the model.
struct ActivationStats {
    std::vector<InputStats> inputs; ///< by layer, then input; Head last
    Matrix residualAbsmax; ///< (1 + 2 × layers, hidden): embedding, then after attention and after
                           ///< feed-forward
    std::vector<LargeValue>
        largest; ///< the three largest channels of each depth, each at its largest value
    int sequences = 0;
    int length = 0;

    const InputStats* find(LinearInput input, int layer) const; ///< null if absent
};

/// Walks `sequences` (tokenSequences) through the model.
ActivationStats activationStats(const Checkpoint& checkpoint,
    const std::vector<std::vector<int>>& sequences, const Progress& progress);

/// Mean squared activation by tensor name: llama.cpp's imatrix, from our own walk.
Importance importanceOf(const ActivationStats& stats, const Checkpoint& checkpoint);

} // namespace core
