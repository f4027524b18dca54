// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/export/ggufexport.h"
#include "core/measure/evaluation.h"
#include "core/quant/plan.h"
#include "core/quant/tensorreport.h"

#include <optional>
#include <vector>

namespace cli {

/// What came of a run.
struct RoundingResult {
    std::vector<core::TensorReport> tensors;
    std::optional<core::GgufExportReport> file;
    std::optional<core::Evaluation> evaluation;
};

/// A table of the tensors, notes, the file and the evaluation on standard output.
void printRounding(const RoundingResult& result);
/// The same as one JSON object, with the recipe it came of.
void printRoundingJson(const RoundingResult& result, const core::Recipe& recipe);

} // namespace cli
