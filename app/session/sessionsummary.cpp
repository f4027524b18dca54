// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/sessionsummary.h"

#include "app/session/sessionstate.h"
#include "core/base/error.h"
#include "core/measure/evaluation.h"

#include <nlohmann/json.hpp>

namespace app {

namespace {

    SessionSummary summaryOf(const core::Json& document, const std::string& place)
    {
        SessionSummary summary;
        summary.model = QString::fromStdString(modelOfSession(document, place).name);
        const core::Json& runs
            = core::jsonPart(core::jsonPart(document, "runs", place), "list", place);
        const core::Json* found = nullptr;
        for (const core::Json& run : runs)
            if (!run.contains("file")) { // one that was only put beside them
                ++summary.runs;
                found = &run;
            }
        if (!found)
            return summary;
        const core::Json& last = *found;
        summary.lastTitle
            = QString::fromStdString(core::jsonValue<std::string>(last, "title", place));
        summary.lastTreatment
            = core::recipeFromJson(core::jsonPart(last, "recipe", place), place).treatment();
        if (last.contains("evaluation")) {
            const auto evaluation
                = core::evaluationFromJson(core::jsonPart(last, "evaluation", place), place);
            if (evaluation.against)
                summary.lastKld = evaluation.against->kldMean;
        }
        return summary;
    }

} // namespace

std::vector<std::optional<SessionSummary>> readSummaries(
    const std::vector<std::filesystem::path>& documents, const core::Progress& progress)
{
    std::vector<std::optional<SessionSummary>> summaries;
    for (const auto& file : documents) {
        progress.at(double(summaries.size()) / double(documents.size()));
        std::error_code none;
        if (!std::filesystem::exists(file, none)) {
            summaries.emplace_back();
            continue;
        }
        try { // one that is damaged must not hide the others
            summaries.emplace_back(summaryOf(core::readJson(file), file.string()));
        } catch (const core::Error&) {
            summaries.emplace_back();
        }
    }
    return summaries;
}

} // namespace app
