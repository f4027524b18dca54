// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/keptevaluation.h"

#include <nlohmann/json.hpp>

#include <cstring>
#include <span>
#include <vector>

namespace app {

void keepEvaluation(const core::Shelf& shelf, const std::string& key,
    const core::Evaluation& evaluation, const std::string& about)
{
    std::span<const std::byte> positions;
    if (evaluation.against && evaluation.against->divergences)
        positions = std::as_bytes(std::span(*evaluation.against->divergences));
    (void)shelf.put(key,
        { { "kind", "evaluation" }, { "about", about },
            { "evaluation", core::evaluationToJson(evaluation) } },
        std::span(&positions, 1));
}

std::optional<core::Evaluation> findEvaluation(const core::Shelf& shelf, const std::string& key)
{
    const auto item = shelf.find(key);
    if (!item)
        return std::nullopt;
    const std::string place = item->file.string();
    core::Evaluation evaluation
        = core::evaluationFromJson(core::jsonPart(*item->head, "evaluation", place), place);
    if (evaluation.against && !item->bytes.empty()) {
        std::vector<float> positions(item->bytes.size() / sizeof(float));
        std::memcpy(positions.data(), item->bytes.data(), positions.size() * sizeof(float));
        evaluation.against->divergences
            = std::make_shared<const std::vector<float>>(std::move(positions));
    }
    return evaluation;
}

} // namespace app
