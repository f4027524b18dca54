// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/console.h"
#include "app/cli/roundingtext.h"
#include "core/export/ggufexport.h"
#include "core/quant/quantize.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cli {

/// A model that is rounded, and what is done with the result: what several commands carry out.
struct RoundingRun {
    std::shared_ptr<const core::Checkpoint> checkpoint;
    core::Recipe recipe;
    core::QuantizeOptions quantizing;
    std::optional<core::ExportTarget> target; ///< none: no file is written
    core::GgufExportOptions exported;
    std::vector<std::vector<int>> chunks; ///< it is measured on against the original; empty: not
};

/// Rounds, writes the file, reads it back and measures. Throws Error, Cancelled.
RoundingResult carryOut(const RoundingRun& run, const core::Progress& progress, ProgressLine& line);

/// Throws Error if a file of `plan` is one that is read, must not go, or has no room.
void checkTarget(const core::ExportTarget& target, const core::Checkpoint& checkpoint,
    const core::GgufPlan& plan);

/// Where finished layers go: `workFolder` if it is not empty, else the window's shelf. Null where
/// they are not to be kept, or, with a note on standard error, where there is no room for `bytes`.
enum class Keeping { Shelf, None };
std::shared_ptr<const core::Shelf> shelfWithRoom(
    const std::string& workFolder, Keeping keeping, std::uint64_t bytes);

/// GPTQ needs text in proportion to the widest input: said on standard error while it can still be
/// given more.
void sayLittleText(const core::Checkpoint& checkpoint, const std::vector<core::PlannedTensor>& plan,
    const std::vector<std::vector<int>>& calibration);

/// What follows from a model that is quantized already, where some of it will be rounded again: on
/// standard error.
void sayAlreadyQuantized(
    const core::Checkpoint& checkpoint, const std::vector<core::PlannedTensor>& plan);

} // namespace cli
