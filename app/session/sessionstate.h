// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/session/recipeeditor.h"
#include "app/session/runlist.h"
#include "app/session/textsettings.h"
#include "core/export/ggufexport.h"
#include "core/files/json.h"
#include "core/simulate/simulation.h"

#include <QString>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace app {

/// Which model a session is of, and how it is found again.
struct ModelReference {
    std::filesystem::path path; ///< absolute
    std::string content; ///< core::contentKey() when it was saved
    std::string samples; ///< core::sampleKey(): the same for a copy somewhere else
    std::string name;
};

/// Where activation statistics lie on the shelf.
struct ActivationsReference {
    TextSettings text;
    std::string key;
};

/// The last file written from the model.
struct ExportedFile {
    core::GgufExportReport report;
    int run = 0; ///< 0: the model as it is
};

/// Everything that a session keeps from one start of the program to the next.
struct SessionState {
    ModelReference model;
    RecipeHistory recipe;
    TextSettings calibration, evaluation;
    core::SimulationOptions simulation;
    std::filesystem::path imatrix;
    double threshold = 3;
    std::optional<ActivationsReference> activations;
    std::vector<std::shared_ptr<const Run>> runs; ///< without their models, which lie on the shelf
    int lastRun = 0; ///< the highest number given
    int pinnedA = 0, pinnedB = 0;
    std::optional<ExportedFile> exported;
    std::string view; ///< page, selection, sorting: the window's, JSON; empty: none
};

core::Json exportedToJson(const ExportedFile& file);

/// The document that resources/help/sessions.md describes; paths as they are.
core::Json sessionToJson(const SessionState& state);

/// The state that a document describes, of `checkpoint`. Throws core::Error naming `place` and what
/// is missing, unknown, of a later version or of another model.
SessionState sessionFromJson(
    const core::Json& document, const core::Checkpoint& checkpoint, const std::string& place);

/// The model that a document speaks of. Throws core::Error as above.
ModelReference modelOfSession(const core::Json& document, const std::string& place);

} // namespace app
