// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/console.h"
#include "core/files/json.h"
#include "core/quant/quantize.h"
#include "core/quant/runmemory.h"
#include "core/quant/runwork.h"

#include <cstdint>
#include <vector>

namespace cli {

/// What rounding is expected to take: known before, and corrected while it goes on.
struct RunCosts {
    core::RunMemory memory; ///< of the run
    double peakBytes = 0; ///< of the whole program, the file that is written included
    core::RunWork work;
    std::string obstacle; ///< why it does not fit this machine's memory; empty: it does
};

/// Tries for some 100 ms how fast this machine is. `before`: bytes that the program had in memory
/// before it read any weights; `fileBytes`: of the file that is written, 0 for none.
RunCosts expectedCosts(const core::Checkpoint& checkpoint,
    const std::vector<core::PlannedTensor>& plan, const core::Recipe& recipe,
    const core::QuantizeOptions& options, double before, double fileBytes,
    const core::Progress& progress);

/// Throws Error naming `model` where the run does not fit.
void requireFits(const std::string& model, const RunCosts& costs);

/// "Rounding takes about 2 min 10 s here and 132 MB of memory, …"
std::string costsText(const RunCosts& costs);
/// {"seconds": …, "memory_bytes": …, "memory": {"states": …, …}}
core::Json costsToJson(const RunCosts& costs);

/// Sees to it that `line` tells the time left of a run with `options` by its parts: from then on
/// `options` and `line` belong together. Makes room on the shelf before the run.
void attachClock(core::QuantizeOptions& options, const RunCosts& costs, std::uint64_t keptBytes,
    ProgressLine& line);

} // namespace cli
