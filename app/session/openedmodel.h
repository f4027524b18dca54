// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/session/restoring.h"
#include "core/base/progress.h"
#include "core/model/checkpoint.h"
#include "core/quant/recipe.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace app {

/// A checkpoint just opened, with what the window needs beside it before the first click.
struct OpenedModel {
    std::shared_ptr<const core::Checkpoint> checkpoint;
    std::uint64_t fileBytes = 0; ///< of the files its tensors lie in
    std::vector<std::string> files; ///< their names
    QString session; ///< its session's id
    ModelReference reference; ///< what its session says of it
    /// What its session kept; to begin with Q4_K_M by GPTQ (rounded to nearest where the model is
    /// not computed), or as in the file if that is quantized, calibration.txt and evaluation.txt
    /// beside the model or else the sample's.
    SessionState state;
    MeasuredActivations activations; ///< of its session
    QString sessionNote; ///< what could not be brought back, and where it is; empty: nothing
    /// Whether the start of the evaluation text came back the same through the tokenizer; none
    /// without a tokenizer or text.
    std::optional<bool> tokenizerWorks;
};

/// Opens a model folder or file and brings back its session. `sampleFolder` lends its texts to
/// models that have none. Throws core::Error. For the worker: reads headers.
OpenedModel openModel(const std::filesystem::path& path, const std::filesystem::path& sampleFolder,
    const SessionPlaces& places, const core::Progress& progress);

/// What a `.quantscope` file gave.
struct OpenedSession {
    OpenedModel model; ///< without a checkpoint if it is missing
    std::filesystem::path missing; ///< where the file expects its model, and there is nothing
};

/// Opens the model of a `.quantscope` file, or the one at `model` if it is not empty, with the
/// session in it. What the model's own session was is set aside (sessionNote). Throws core::Error.
OpenedSession openSessionFile(const std::filesystem::path& file, const std::filesystem::path& model,
    const std::filesystem::path& sampleFolder, const SessionPlaces& places,
    const core::Progress& progress);

} // namespace app
