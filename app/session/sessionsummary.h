// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/quant/recipe.h"

#include <QString>

#include <filesystem>
#include <optional>
#include <vector>

namespace app {

/// What a session's document holds, in short.
struct SessionSummary {
    QString model; ///< its name
    int runs = 0;
    QString lastTitle; ///< of the last run's recipe, if there is one
    core::Treatment lastTreatment;
    std::optional<double> lastKld;
};

/// The summaries of documents, by place; nothing for one that is not there or cannot be read: what
/// is wrong with it is said when it is opened. Throws Cancelled. For the worker.
std::vector<std::optional<SessionSummary>> readSummaries(
    const std::vector<std::filesystem::path>& documents, const core::Progress& progress);

} // namespace app
