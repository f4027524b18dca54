// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/export/ggufexport.h"
#include "core/search/mixsearch.h"

#include <cstdint>
#include <string>

namespace core {

/// A found mix as a recipe, and the file that it makes.
struct FileMix {
    Recipe recipe; ///< called "Mix of 4.52 bits"
    std::vector<PlannedTensor> plan;
    std::uint64_t fileBytes = 0; ///< exact, metadata included
    double kld = 0; ///< predicted, by the figures that the search goes by
};

/// The mix of `search` that loses least in a file of at most `fileBytes`. `search` was made of
/// `checkpoint`; the rest of the recipe is `recipe`'s. Throws Error if even the smallest is larger:
/// its size.
FileMix mixForFile(const Checkpoint& checkpoint, const MixSearch& search, const Recipe& recipe,
    std::uint64_t fileBytes, MixSearch::Care care);

/// A mix that was found otherwise (MixSearch::within), as a file.
FileMix fileOf(const Checkpoint& checkpoint, const MixSearch::Mix& mix, const Recipe& recipe);

} // namespace core
