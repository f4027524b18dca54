// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/export/ggufexport.h"
#include "core/search/mixsearch.h"

#include <cstdint>
#include <optional>
#include <string>

namespace core {

/// A found mix as a recipe, and the file that it makes.
struct FileMix {
    Recipe recipe; ///< called "Mix of 4.52 bits"
    std::vector<PlannedTensor> plan;
    MixSearch::Mix mix; ///< as it was found
    std::uint64_t fileBytes = 0; ///< exact, metadata included
};

/// The mix of `search` that loses least in a file of at most `fileBytes`. `search` was made of
/// `checkpoint`; the rest of the recipe is `recipe`'s. Throws Error if even the smallest is larger:
/// its size.
FileMix mixForFile(const Checkpoint& checkpoint, const MixSearch& search, const Recipe& recipe,
    std::uint64_t fileBytes, MixSearch::Care care);

/// A mix that was found otherwise (MixSearch::within), as a file.
FileMix fileOf(const Checkpoint& checkpoint, const MixSearch::Mix& mix, const Recipe& recipe);

/// A mix of llama.cpp's or one format for all, as a file.
struct PresetLoss {
    std::string name; ///< of presetNames()
    std::uint64_t fileBytes = 0;
    double kld = 0; ///< predicted
};

/// The preset of at most `fileBytes` that is predicted to lose least, if that is less than `kld`:
/// what to offer where a search that may use few formats has lost. Presets that `table` lacks a
/// figure for are left out. `recipe` says by which method.
std::optional<PresetLoss> betterPreset(const Checkpoint& checkpoint, const SensitivityTable& table,
    const Recipe& recipe, std::uint64_t fileBytes, double kld);

} // namespace core
