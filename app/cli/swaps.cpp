// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/swaps.h"

#include "app/cli/console.h"

#include <iostream>

namespace cli {

core::MixSearch::Mix improvedBySwaps(const core::Checkpoint& checkpoint,
    const core::MixSearch& search, const core::MixSearch::Mix& mix, const core::Recipe& recipe,
    int most, const LossOptions& losses, const core::Progress& progress)
{
    const core::SwapSettings settings = core::swapSettings(checkpoint,
        readSequences(checkpoint, { losses.text.file, losses.text.length, 0 }), recipe, most,
        losses.imatrix.empty() ? core::Importance() : core::readImatrix(losses.imatrix),
        progress.part(0, 0.05, "Importance"));
    const core::SwappedMix swapped
        = core::improveBySwaps(checkpoint, search, mix, settings, progress.part(0.05, 1));
    std::cerr << "Measured " << swapped.measured << " tensors in other formats, changed "
              << swapped.changed << ": KL divergence on " << settings.chunks.size()
              << " sequences of the calibration text " << significant(swapped.before.kld) << " -> "
              << significant(swapped.after.kld) << " (each tensor rounded alone).\n";
    return swapped.mix;
}

} // namespace cli
