// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/session/keptevaluation.h"
#include "app/session/runlist.h"
#include "core/base/progress.h"
#include "core/quant/runclock.h"

#include <filesystem>
#include <functional>
#include <memory>

namespace app {

/// What one quantization is asked, complete: it runs on the worker and reads nothing else.
struct QuantizeRequest {
    std::shared_ptr<const core::Checkpoint> checkpoint; ///< null: opened from `model`
    std::filesystem::path model;
    core::Recipe recipe;
    QString title;
    TextSettings calibration;
    std::filesystem::path imatrix; ///< empty: own statistics
    std::shared_ptr<const core::Shelf> shelf; ///< keeps finished layers; null: in memory only
};

/// How many parts of a run are finished, of how many.
struct PartsDone {
    int done = 0, all = 0;
};

/// What a quantization tells while it runs; on its thread.
struct QuantizeListener {
    core::TensorDone tensorDone;
    std::function<void(const PartsDone&)> partDone;
    /// Before anything is rounded: what it is expected to take.
    std::function<void(const core::RunClock&)> expected;
};

/// A finished run with the model that it is of.
struct QuantizedRun {
    Run run;
    std::shared_ptr<const core::Checkpoint> original;
    double work = 0; ///< that it did, what lay on the shelf left out (usualWork); 0: too little
};

/// The run as estimates are made from it. Throws core::Error if the recipe does not fit.
core::RunShape runShape(const core::Checkpoint& checkpoint,
    const std::vector<core::PlannedTensor>& plan, const core::GptqOptions& gptq, core::RunText text,
    const std::filesystem::path& imatrix);

/// What it would take on a usual machine, in seconds: the work by which Pace learns and tells.
double usualWork(const core::RunShape& shape);

/// Quantizes and works out sizes. Throws core::Error, Cancelled. For the worker.
QuantizedRun quantizeNow(const QuantizeRequest& request, const QuantizeListener& listener,
    const core::Progress& progress);

/// The model that `run` made: its own, or its layers from the shelf (null: there is none); the one
/// in an added file. Throws core::Error if they are no longer there. For the worker.
std::shared_ptr<const core::Checkpoint> modelOf(const Run& run, const core::Shelf* shelf,
    const std::shared_ptr<const core::Checkpoint>& original);

/// A run as its session's document keeps it.
struct KeptRun {
    std::filesystem::path session;
    int number = 0;
};

/// What one measurement is asked.
struct EvaluateRequest {
    std::shared_ptr<const Run> run; ///< null: `kept` is read
    std::shared_ptr<const core::Checkpoint> original; ///< null: opened from `path`
    std::filesystem::path path;
    EvaluationSettings settings;
    std::shared_ptr<const core::Shelf> shelf;
    KeptRun kept;
};

/// A measurement, and the key under which the shelf has its positions; empty: it has not.
struct MeasuredRun {
    core::Evaluation evaluation;
    std::string key;
};

/// Measures a run against the original, or takes from the shelf what was measured of the same
/// layers in the same way before. Throws core::Error, Cancelled. For the worker.
MeasuredRun evaluateNow(const EvaluateRequest& request, const core::Progress& progress);

} // namespace app
