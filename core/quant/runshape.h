// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/plan.h"
#include "core/quant/runneeds.h"

#include <cstdint>
#include <span>
#include <vector>

namespace core {

/// A calibration text as a run reads it.
struct RunText {
    std::int64_t sequences = 0, length = 0; ///< tokens a sequence

    std::int64_t tokens() const { return sequences * length; }
};

RunText textOf(const std::vector<std::vector<int>>& sequences);

/// Matrices of a layer that read one input: what GPTQ and AWQ share sums for.
struct RunGroup {
    struct Reader {
        std::int64_t rows = 0; ///< outputs
        PlannedTensor planned;
    };
    LinearInput input = LinearInput::Attention;
    std::int64_t width = 0; ///< channels of the input
    std::vector<Reader> readers;
    bool isShared = false; ///< else it writes the residual stream
    std::int64_t experts = 1; ///< that are in memory and rounded one at a time
    double used = 1; ///< the share of them that a token comes to
    bool isOneExpert = false; ///< of a stack

    std::int64_t rows() const; ///< of all
    std::int64_t mostRows() const; ///< of the largest
    double weights() const { return double(rows()) * double(width); }
    RunGroup ofOneExpert() const;
    bool usesGptq() const;
    bool isScaled() const;
};

struct RunLayer {
    std::vector<RunGroup> groups; ///< in the order in which they are rounded
    double plannedBytes = 0; ///< of its matrices

    double weights() const;
    double heldWeights() const; ///< as floats at a time
    double usedWeights() const; ///< that a token is multiplied by
    bool usesGptq() const;
    bool isScaled() const;
    bool isDense() const; ///< no experts
};

/// A matrix outside the layers: the embedding, the head.
struct RunOutside {
    std::int64_t rows = 0, columns = 0;
    PlannedTensor planned;
    double weights() const { return double(rows) * double(columns); }
};

/// A run as its costs depend on it: sizes and methods, no values.
struct RunShape {
    std::int64_t hidden = 0; ///< channels of the residual stream
    std::int64_t beside = 0; ///< of keys and values that a path keeps for later layers
    std::int64_t queries = 0; ///< channels of all query heads
    std::int64_t heads = 0;
    RunText text;
    std::vector<RunLayer> layers;
    std::vector<RunOutside> before, after; ///< rounded before and after the layers
    double sourceBytes = 0, plannedBytes = 0; ///< of all tensors; of those that are rounded
    double vocabularyWeights = 0; ///< of the head
    GptqOptions gptq;
    bool measuresImportance = false; ///< by a walk of its own

    bool corrects() const { return gptq.correctTarget; }
};

/// Of `plan`, one of `checkpoint`. `imatrix`: whether importance is given by a file. Pure and
/// quick.
RunShape runShape(const Checkpoint& checkpoint, std::span<const PlannedTensor> plan,
    const GptqOptions& gptq, RunText text, Imatrix imatrix);

} // namespace core
