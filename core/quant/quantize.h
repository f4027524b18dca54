// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/files/imatrix.h"
#include "core/quant/gptq.h"
#include "core/quant/plan.h"

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
    GptqOptions gptq;
    /// Where finished layers are kept, so that a cancelled or killed run with the same settings
    /// resumes; empty: in memory only.
    std::filesystem::path workFolder;
};

/// How one tensor fared.
struct TensorReport {
    Place place;
    std::string name;
    const Format* format = nullptr;
    Method method = Method::RoundToNearest; ///< that was really used
    double outputError = -1; ///< relative, sqrt(E / tr(W H Wᵀ)), or by importance or weights alone
                             ///< where no H was gathered; −1 unknown
    double importanceError
        = -1; ///< the same of importance-weighted rounding; −1 where it was not made
    std::string note; ///< a fallback, a raised damping, importance kept: a sentence; empty if all
                      ///< went as asked
    bool resumed = false; ///< taken from the work folder
};

struct QuantizedModel {
    std::shared_ptr<const Checkpoint> checkpoint; ///< the model with its rounded tensors
    std::vector<TensorReport> reports; ///< one for each tensor that is no vector, in order
};

/// Called on the quantizing thread when a tensor is done.
using TensorDone = std::function<void(const TensorReport&)>;

/// Rounds every tensor as `recipe` says, layer by layer in one walk: inputs of later layers flow
/// through the rounded earlier ones. Inside a layer in order q,k,v → output → gate,up → down, each
/// with inputs recomputed through the already rounded ones. The same bytes for any number of
/// threads, and for a resumed run. Throws Error (NaN weights with tensor, row, column; missing
/// calibration; an imatrix that lacks a tensor or has another width), Cancelled.
QuantizedModel quantize(std::shared_ptr<const Checkpoint> checkpoint, const Recipe& recipe,
    const QuantizeOptions& options, const TensorDone& tensorDone, const Progress& progress);

} // namespace core
