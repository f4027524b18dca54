// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/losses.h"
#include "core/search/measuredlosses.h"

#include <string>
#include <vector>

namespace cli {

/// Which tensors are measured alone, and on which text.
struct AloneOptions {
    std::vector<std::string> names; ///< patterns; empty: none is measured
    std::string text;
    int chunks = 0; ///< 0: some 6,000 tokens
};

void addAloneOptions(CLI::App& command, AloneOptions& options);

/// What those tensors were measured to lose in each format, from the shelf as far as it lies there;
/// rounded as `losses` says. Throws Error, also where no tensor has such a name; Cancelled.
core::MeasuredLosses measuredAlone(const AloneOptions& options, const LossOptions& losses,
    const core::Checkpoint& checkpoint, const core::Progress& progress);

} // namespace cli
