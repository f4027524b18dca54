// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/json.h"
#include "core/measure/evaluation.h"

namespace cli {

/// The keys that `evaluate --json` prints.
core::Json evaluationJson(const core::Evaluation& evaluation);

/// The same as a table on standard output.
void printEvaluation(const core::Evaluation& evaluation);

} // namespace cli
