// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/roundingtext.h"
#include "core/base/progress.h"
#include "core/export/smallerfile.h"

#include <memory>
#include <vector>

namespace cli {

/// A model, the texts that it is made smaller by, and the files that could be made.
struct Shrinking {
    std::shared_ptr<const core::Checkpoint> checkpoint;
    std::vector<std::vector<int>> calibration, evaluation;
    core::SensitivityTable losses;
    std::vector<core::SmallerFile> files;
    std::vector<core::Device> devices;
};

/// The choices as a table on standard output, with what each would take here.
void printChoices(const Shrinking& shrinking, const core::Progress& progress);
/// The same as one JSON object.
void printChoicesJson(const Shrinking& shrinking, const core::Progress& progress);

/// The file that was made, what was measured of it and the verdict. Requires: it was written.
void printMade(
    const Shrinking& shrinking, const core::SmallerFile& file, const RoundingResult& result);
void printMadeJson(
    const Shrinking& shrinking, const core::SmallerFile& file, const RoundingResult& result);

} // namespace cli
