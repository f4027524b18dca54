// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/swaps.h"

#include "app/cli/console.h"
#include "core/base/error.h"
#include "core/search/measuredlosses.h"

#include <algorithm>
#include <iostream>

namespace cli {

core::MixSearch::Mix improvedBySwaps(const core::Checkpoint& checkpoint,
    const core::MixSearch& search, const core::MixSearch::Mix& mix, const core::Recipe& recipe,
    int most, const LossOptions& losses, const core::Progress& progress)
{
    if (losses.text.file.empty())
        throw core::Error("--swaps: found no --calibration, expected a text to measure on");
    const auto sequences = readSequences(checkpoint, { losses.text.file, losses.text.length, 0 });
    const auto count = std::min(
        sequences.size(), std::size_t(core::usualMeasuredChunks(int(sequences.front().size()))));
    core::SwapSettings settings;
    settings.most = most;
    settings.chunks.assign(sequences.end() - std::ptrdiff_t(count), sequences.end());
    settings.recipe = recipe;
    settings.importance = losses.imatrix.empty()
        ? core::sensitivityImportance(checkpoint, sequences, progress.part(0, 0.05, "Importance"))
        : core::readImatrix(losses.imatrix);
    const core::SwappedMix swapped
        = core::improveBySwaps(checkpoint, search, mix, settings, progress.part(0.05, 1));
    std::cerr << "Measured " << swapped.measured << " tensors in other formats, changed "
              << swapped.changed << ": KL divergence on " << count
              << " sequences of the calibration text " << significant(swapped.before.kld) << " -> "
              << significant(swapped.after.kld) << " (each tensor rounded alone).\n";
    return swapped.mix;
}

} // namespace cli
