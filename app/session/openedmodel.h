// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/session/textsettings.h"
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
    core::Recipe recipe; ///< to begin with: Q4_K_M by GPTQ
    TextSettings calibration; ///< calibration.txt beside the model, else the sample's
    TextSettings evaluation; ///< evaluation.txt beside the model, else the sample's
    /// Whether the start of the evaluation text came back the same through the tokenizer; none
    /// without a tokenizer or text.
    std::optional<bool> tokenizerWorks;
};

/// Opens a model folder or file. `sampleFolder` lends its texts to models that have none. Throws
/// core::Error. For the worker: reads headers.
OpenedModel openModel(const std::filesystem::path& path, const std::filesystem::path& sampleFolder,
    const core::Progress& progress);

} // namespace app
