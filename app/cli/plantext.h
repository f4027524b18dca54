// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/runcosts.h"
#include "core/export/ggufexport.h"
#include "core/quant/plan.h"
#include "core/search/sensitivitytable.h"

#include <optional>
#include <vector>

namespace cli {

/// What a recipe is predicted to lose, and by whose figures.
struct PredictedLoss {
    core::PredictedKld kld;
    core::Method by = core::Method::Importance;
};

/// What a recipe makes of a model, known before anything is rounded or written.
struct PlannedRun {
    const core::Checkpoint& checkpoint;
    const core::Recipe& recipe;
    const std::vector<core::PlannedTensor>& plan;
    const core::GgufPlan* file; ///< null where no file can hold it
    RunCosts costs;
    std::optional<PredictedLoss> predicted{}; ///< where a table of all its roundings is kept
};

/// A table of the tensors, notes, sizes and costs on standard output.
void printPlan(const PlannedRun& run);
/// The same as one JSON object.
void printPlanJson(const PlannedRun& run);

} // namespace cli
