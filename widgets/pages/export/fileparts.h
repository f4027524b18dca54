// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/export/ggufexport.h"
#include "widgets/checklist.h"
#include "widgets/pages/export/filebar.h"

#include <vector>

namespace widgets {

struct ExportChecks;

/// The parts of the planned file: metadata, then tensors by kind; empty kinds are left out. Their
/// bytes, padding included, add up to the file's.
std::vector<FilePart> fileParts(const core::GgufPlan& plan);

/// What speaks for or against the file, for people.
std::vector<Check> exportChecks(
    const core::GgufPlan& plan, const ExportChecks& checks, bool written);

} // namespace widgets
