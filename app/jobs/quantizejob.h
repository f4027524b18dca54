// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/session/runlist.h"
#include "core/base/progress.h"

#include <filesystem>
#include <memory>

namespace app {

/// What one quantization is asked, complete: it runs on the worker and reads nothing else.
struct QuantizeRequest {
    std::shared_ptr<const core::Checkpoint> checkpoint;
    core::Recipe recipe;
    QString title;
    TextSettings calibration;
    std::filesystem::path imatrix; ///< empty: own statistics
    std::filesystem::path workFolder;
};

/// A name that is the same for the same model, recipe and settings, and fit for a folder.
QString requestKey(const QuantizeRequest& request);

/// Quantizes and works out sizes. Throws core::Error, Cancelled. For the worker.
Run quantizeNow(const QuantizeRequest& request, const core::TensorDone& tensorDone,
    const core::Progress& progress);

/// Measures `model` against `original`. Throws core::Error, Cancelled. For the worker.
core::Evaluation evaluateNow(const std::shared_ptr<const core::Checkpoint>& model,
    const std::shared_ptr<const core::Checkpoint>& original, const EvaluationSettings& settings,
    const core::Progress& progress);

} // namespace app
