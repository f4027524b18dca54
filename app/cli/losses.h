// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/input.h"
#include "core/base/progress.h"
#include "core/files/shelf.h"
#include "core/search/sensitivity.h"

#include <memory>
#include <string>
#include <vector>

namespace cli {

/// On which text, for which roundings losses are predicted: what several commands ask for.
struct LossOptions {
    TextOptions text; ///< no file: roughly, from the weights alone
    std::vector<std::string> formats;
    std::string method = "importance";
    std::string encoder = "closest";
    std::string imatrix;
    std::string workFolder;
    bool noShelf = false;
};

void addLossOptions(CLI::App& command, LossOptions& options);

/// The formats of --formats, else the usual ones. Throws Error for one that does not round.
std::vector<const core::Format*> chosenFormats(const LossOptions& options);

/// Where what was computed is kept; null: nowhere.
std::shared_ptr<const core::Shelf> chosenShelf(const LossOptions& options);

/// The predicted losses, from the shelf as far as they lie there. Throws Error, Cancelled.
core::SensitivityTable predictedLosses(const LossOptions& options,
    const std::shared_ptr<const core::Checkpoint>& checkpoint, const core::Progress& progress);

} // namespace cli
