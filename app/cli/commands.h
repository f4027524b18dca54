// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"

#include <functional>

namespace CLI {
class App;
}

namespace cli {

class ProgressLine;

/// What a subcommand does once its arguments are known, and the line that its progress is shown in.
/// Throws core::Error, core::Cancelled.
using Action = std::function<void(const core::Progress&, ProgressLine&)>;

// Each adds one subcommand with its options; when it is the one given, parsing sets `action`.
void addModels(CLI::App& app, Action& action);
void addInspect(CLI::App& app, Action& action);
void addPreview(CLI::App& app, Action& action);
void addActivations(CLI::App& app, Action& action);
void addQuantize(CLI::App& app, Action& action);
void addEvaluate(CLI::App& app, Action& action);
void addCompare(CLI::App& app, Action& action);
void addImatrix(CLI::App& app, Action& action);
void addGenerate(CLI::App& app, Action& action);
void addSensitivity(CLI::App& app, Action& action);
void addRecipe(CLI::App& app, Action& action);
void addShrink(CLI::App& app, Action& action);

} // namespace cli
