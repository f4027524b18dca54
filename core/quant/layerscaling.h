// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/walk.h"
#include "core/quant/fold.h"
#include "core/quant/plan.h"
#include "core/quant/tensorreport.h"
#include "core/rounding/gptq.h"

#include <map>
#include <string>
#include <vector>

namespace core {

/// How the inputs of one layer are scaled before its matrices are rounded.
struct LayerScaling {
    LayerFold fold;
    std::map<LinearInput, std::string> notes; ///< what was found, a sentence for each scaled input
    /// Of the original model, under the scales; for inputs that a matrix reads whose clipping is
    /// searched with it.
    std::map<LinearInput, SymmetricMatrix> hessians;

    /// Says in a tensor's report what its input's scaling came to.
    void report(TensorReport& report, const PlannedTensor& planned) const;
};

/// Importance of the channels of an input after it was divided by `scales`, as it is where these
/// are empty: squares.
std::vector<float> scaledImportance(std::vector<float> importance, const Vector& scales);

/// Whether a matrix that reads `input` in `layer` wants its input scaled.
bool wantsScaling(const Checkpoint& checkpoint, std::span<const PlannedTensor> plan,
    LinearInput input, int layer);

/// Searches the scales of a layer as `plan` asks for them and moves `original`, the hidden states
/// of the original model, through it. An input is scaled if all that read it want the same scaling
/// and what makes it is rounded too. Holds a Hessian for each scaled input. On all processors, the
/// same bits for any number of them. Throws Error, Cancelled.
LayerScaling scaleLayer(const Checkpoint& checkpoint, std::span<const PlannedTensor> plan,
    const GptqOptions& gptq, int layer, HiddenStates& original, const Progress& progress);

} // namespace core
