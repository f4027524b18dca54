// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace core {

/// A model that another program keeps on this computer.
struct LocalModel {
    enum class Keeper { HuggingFace, LmStudio } keeper = Keeper::HuggingFace;
    std::filesystem::path path; ///< what Checkpoint::open takes
    std::string name; ///< "meta-llama/Llama-3.2-1B"; of one of several files with its own name
};

/// The value of an environment variable; nothing if it is not set.
using Environment = std::function<std::optional<std::string>(const char* name)>;

/// The models in the caches of Hugging Face's hub (HF_HUB_CACHE, HF_HOME/hub, XDG_CACHE_HOME or
/// ~/.cache/huggingface/hub: models--«owner»--«name»/snapshots/«commit») and in LM Studio's folders
/// (~/.lmstudio/models, ~/.cache/lm-studio/models: «owner»/«name»), each keeper's sorted by name.
/// Those whose weights are not there are left out. Only lists folders, and reads which snapshot is
/// the current one; does not throw: what cannot be listed has no models. `home`: of the user.
std::vector<LocalModel> localModels(
    const std::filesystem::path& home, const Environment& environment);

} // namespace core
