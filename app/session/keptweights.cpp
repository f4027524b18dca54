// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/keptweights.h"

#include "core/base/text.h"
#include "core/model/modelkey.h"
#include "core/stats/weightstore.h"

#include <nlohmann/json.hpp>

namespace app {

namespace {

    constexpr int weightsVersion = 1; // raise it when the same weights give other figures

    std::string keyOf(const core::Checkpoint& checkpoint)
    {
        return core::Shelf::keyOf({ { "kind", "weights" }, { "version", weightsVersion },
            { "model", core::contentKey(checkpoint) } });
    }

} // namespace

WeightStats findWeights(const core::Shelf& shelf, const core::Checkpoint& checkpoint)
{
    const auto item = shelf.find(keyOf(checkpoint));
    if (!item)
        return {};
    WeightStats found;
    for (core::TensorStats& stats :
        core::weightStatsFromBytes(item->bytes, checkpoint, item->file.string()))
        found.push_back(std::make_shared<const core::TensorStats>(std::move(stats)));
    return found;
}

void keepWeights(
    const core::Shelf& shelf, const core::Checkpoint& checkpoint, const WeightStats& stats)
{
    std::vector<core::TensorStats> all;
    for (const auto& tensor : stats)
        all.push_back(*tensor);
    const std::vector<std::byte> bytes = core::weightStatsToBytes(all);
    const std::span<const std::byte> part(bytes);
    shelf.trim(bytes.size(), {});
    (void)shelf.put(keyOf(checkpoint),
        { { "kind", "statistics" },
            { "about", core::text(checkpoint.config().name, ", weights") } },
        std::span(&part, 1));
}

} // namespace app
