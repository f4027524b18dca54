// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/files/imatrix.h"
#include "core/quant/plan.h"
#include "core/quant/runparts.h"
#include "core/quant/tensorreport.h"
#include "core/rounding/gptq.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace core {

/// What quantizing needs beside the model and the recipe.
struct QuantizeOptions {
    /// Token sequences of equal length (tokenSequences). May be empty if no tensor uses GPTQ and
    /// either `importance` is given or none uses it.
    std::vector<std::vector<int>> calibration;
    Importance importance; ///< an imatrix to use instead of our own statistics; empty: our own
    /// Where finished parts are kept and looked for: a cancelled or killed run with the same
    /// settings goes on from there, one with other settings takes what is the same. Null: in memory
    /// only.
    std::shared_ptr<const Shelf> shelf;
    /// Called on the quantizing thread with the run's parts before anything is rounded.
    std::function<void(const std::vector<RunPart>&)> partsKnown;
    /// Called on the quantizing thread whenever another part is finished: how many are, of all.
    std::function<void(int done, int all)> partDone;
};

struct QuantizedModel {
    std::shared_ptr<const Checkpoint> checkpoint; ///< the model with its rounded tensors
    std::vector<TensorReport> reports; ///< one for each tensor that is no vector, in order
    std::vector<RunPart> parts; ///< under their keys they are on the shelf, if there was one
    std::vector<PlannedTensor> plan; ///< of the recipe, with the formats that were really stored
};

/// Called on the quantizing thread when a tensor is done.
using TensorDone = std::function<void(const TensorReport&)>;

/// Rounds every tensor as `recipe` says, layer by layer in one walk: inputs of later layers flow
/// through the rounded earlier ones. With `recipe.gptq.correctTarget` the original model walks
/// beside it, and GPTQ aims at its outputs. Inside a layer in order q,k,v → output → gate,up →
/// down, each with inputs recomputed through the already rounded ones. Importance is that of the
/// original model, from a walk of its own, as llama-imatrix measures it. The same bytes for any
/// number of threads, and for a resumed run. Throws Error (NaN weights with tensor, row, column;
/// missing calibration; an imatrix that lacks a tensor or has another width; a full disk),
/// Cancelled.
/// Where a format does not hold the range of a tensor's values another is taken, with a note.
QuantizedModel quantize(std::shared_ptr<const Checkpoint> checkpoint, const Recipe& recipe,
    const QuantizeOptions& options, const TensorDone& tensorDone, const Progress& progress);

} // namespace core
