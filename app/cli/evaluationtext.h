// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/measure/evaluation.h"

namespace cli {

/// As a table on standard output.
void printEvaluation(const core::Evaluation& evaluation);

} // namespace cli
