// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/session/textsettings.h"
#include "core/files/shelf.h"
#include "core/stats/activationstats.h"

#include <QString>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace app {

/// A token with the text around it.
struct TokenInContext {
    QString token, before, after;
};

/// Activation statistics and the text they were measured on.
struct MeasuredActivations {
    std::shared_ptr<const core::ActivationStats> stats; ///< null: not measured
    std::vector<TokenInContext> tokens; ///< one for each of stats->largest
    TextSettings text;
    std::string key; ///< under which they lie on the shelf; empty: on none
};

/// Measures, or takes from the shelf (null: there is none) what was measured of this model with
/// this text before, and keeps it there. Throws core::Error, Cancelled. For the worker.
MeasuredActivations measureActivations(const core::Checkpoint& checkpoint, const TextSettings& text,
    const core::Shelf* shelf, const core::Progress& progress);

/// What lies on the shelf under `key`, measured on `text`; stats are null if it is gone. Throws
/// core::Error if it cannot be read. For the worker.
MeasuredActivations findActivations(
    const core::Shelf& shelf, const std::string& key, const TextSettings& text);

} // namespace app
