// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/controllers/lossfigures.h"

#include "core/search/sensitivityshelf.h"

#include <algorithm>
#include <utility>

namespace app {

namespace {

    std::shared_ptr<const core::SensitivityTable> shared(core::SensitivityTable table)
    {
        return std::make_shared<const core::SensitivityTable>(std::move(table));
    }

    int wantedOf(const std::vector<std::vector<int>>& sequences)
    {
        return std::min(
            int(sequences.size()), core::usualSensitivitySequences(int(sequences.front().size())));
    }

} // namespace

LossFigures roughLosses(
    const core::Checkpoint& checkpoint, const core::Shelf* shelf, const core::Progress& progress)
{
    const auto settings = core::usualSensitivity(core::Method::RoundToNearest);
    const auto losses = shared(core::roughSensitivity(checkpoint, settings, progress));
    if (shelf)
        core::keepSensitivity(*shelf, core::sensitivityKey(checkpoint, {}, settings), checkpoint,
            settings.method, *losses);
    return { losses };
}

LossFigures lossesAtFirst(const core::Checkpoint& checkpoint, const core::Shelf* shelf,
    std::int64_t quickly, const core::Progress& progress)
{
    if (shelf)
        for (const core::Method method :
            { core::Method::Importance, core::Method::Gptq, core::Method::RoundToNearest })
            if (auto table = core::lastSensitivity(*shelf, checkpoint, method))
                return { shared(*std::move(table)) };
    if (checkpoint.weights() > quickly)
        return {};
    return roughLosses(checkpoint, nullptr, progress); // not kept: it would be there as soon
}

LossFigures keptLosses(
    const core::Checkpoint& checkpoint, const TextSettings& text, const core::Shelf& shelf)
{
    const core::SensitivitySettings settings = core::usualSensitivity(core::Method::Importance);
    if (!core::lastSensitivity(shelf, checkpoint, settings.method))
        return {}; // none of any text
    const auto sequences = readSequences(checkpoint, text);
    auto table
        = core::findSensitivity(shelf, core::sensitivityKey(checkpoint, sequences, settings));
    if (!table)
        return {};
    return { shared(*std::move(table)), LossText{ text, wantedOf(sequences) } };
}

LossFigures predictedLosses(const core::Checkpoint& checkpoint, const TextSettings& text,
    const core::Shelf* shelf, const std::function<void(const LossFigures&)>& update,
    const core::Progress& progress)
{
    const auto sequences = readSequences(checkpoint, text);
    core::SensitivitySettings settings = core::usualSensitivity(core::Method::Importance);
    settings.most = wantedOf(sequences);
    const LossText on{ text, settings.most };
    const auto tell = [&](const core::SensitivityTable& early) { update({ shared(early), on }); };
    return { shared(core::measureKept(checkpoint, sequences, settings, shelf, tell, progress)),
        on };
}

} // namespace app
