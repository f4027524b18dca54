// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/files/imatrix.h"
#include "core/quant/plan.h"
#include "core/quant/tensorreport.h"
#include "core/rounding/gptq.h"

#include <filesystem>
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
    /// Where finished layers are kept, so that a cancelled or killed run with the same settings
    /// resumes; created if it is missing, its folder exists. What another run with other settings
    /// left there is removed. Empty: in memory only.
    std::filesystem::path workFolder;
};

struct QuantizedModel {
    std::shared_ptr<const Checkpoint> checkpoint; ///< the model with its rounded tensors
    std::vector<TensorReport> reports; ///< one for each tensor that is no vector, in order
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
QuantizedModel quantize(std::shared_ptr<const Checkpoint> checkpoint, const Recipe& recipe,
    const QuantizeOptions& options, const TensorDone& tensorDone, const Progress& progress);

} // namespace core
