// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/losses.h"
#include "core/search/measuredswaps.h"

namespace cli {

/// `mix` improved by measuring at most `most` tensors in other formats, on the last sequences of
/// the calibration text; says on standard error what that came to. Requires: losses.text
/// names one. Throws Error, Cancelled.
core::MixSearch::Mix improvedBySwaps(const core::Checkpoint& checkpoint,
    const core::MixSearch& search, const core::MixSearch::Mix& mix, const core::Recipe& recipe,
    int most, const LossOptions& losses, const core::Progress& progress);

} // namespace cli
