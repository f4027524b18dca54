// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/sessionstate.h"

#include "app/session/runjson.h"
#include "core/base/error.h"
#include "core/base/text.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace app {

using core::Json;
using core::jsonPart;
using core::jsonValue;

namespace {

    constexpr std::int64_t version = 1;

    int intValue(const Json& json, const char* key, const std::string& place)
    {
        return int(jsonValue<std::int64_t>(json, key, place));
    }

    Json historyToJson(const RecipeHistory& history)
    {
        Json steps = Json::array();
        for (const RecipeHistory::Step& step : history.steps)
            steps.push_back({ { "text", step.text.toStdString() },
                { "recipe", core::recipeToJson(step.recipe) } });
        return { { "first", core::recipeToJson(history.first) }, { "steps", std::move(steps) },
            { "done", history.index } };
    }

    RecipeHistory historyFromJson(const Json& json, const std::string& place)
    {
        RecipeHistory history;
        history.first = core::recipeFromJson(jsonPart(json, "first", place), place);
        for (const Json& step : jsonPart(json, "steps", place))
            history.steps.push_back(
                { QString::fromStdString(jsonValue<std::string>(step, "text", place)),
                    core::recipeFromJson(jsonPart(step, "recipe", place), place) });
        history.index = std::clamp(intValue(json, "done", place), 0, int(history.steps.size()));
        return history;
    }

    Json modelToJson(const ModelReference& model)
    {
        return { { "path", model.path.string() }, { "content", model.content },
            { "samples", model.samples }, { "name", model.name } };
    }

    ExportedFile exportedFromJson(const Json& json, const std::string& place)
    {
        ExportedFile file;
        file.report.file = jsonValue<std::string>(json, "file", place);
        file.report.bytes = std::uint64_t(jsonValue<std::int64_t>(json, "bytes", place));
        file.report.tensorsVerified = intValue(json, "tensors", place);
        file.report.seconds = jsonValue<double>(json, "seconds", place);
        file.run = intValue(json, "run", place);
        return file;
    }

    void readRuns(SessionState& state, const Json& runs, const core::Checkpoint& checkpoint,
        const std::string& place)
    {
        state.lastRun = intValue(runs, "last", place);
        state.pinnedA = intValue(runs, "a", place);
        state.pinnedB = intValue(runs, "b", place);
        for (const Json& run : jsonPart(runs, "list", place))
            state.runs.push_back(std::make_shared<const Run>(runFromJson(run, checkpoint, place)));
    }

} // namespace

Json exportedToJson(const ExportedFile& file)
{
    return { { "file", file.report.file.string() }, { "bytes", file.report.bytes },
        { "tensors", file.report.tensorsVerified }, { "seconds", file.report.seconds },
        { "run", file.run } };
}

Json sessionToJson(const SessionState& state)
{
    Json runs = Json::array();
    for (const auto& run : state.runs)
        runs.push_back(runToJson(*run));
    Json document{ { "quantscope_session", version }, { "model", modelToJson(state.model) },
        { "recipe", historyToJson(state.recipe) }, { "calibration", textToJson(state.calibration) },
        { "evaluation", textToJson(state.evaluation) },
        { "simulation", core::simulationToJson(state.simulation) },
        { "imatrix", state.imatrix.string() }, { "threshold", state.threshold },
        { "runs",
            { { "list", std::move(runs) }, { "last", state.lastRun }, { "a", state.pinnedA },
                { "b", state.pinnedB } } } };
    if (state.activations)
        document["activations"] = { { "text", textToJson(state.activations->text) },
            { "key", state.activations->key } };
    if (state.exported)
        document["exported"] = exportedToJson(*state.exported);
    if (!state.view.empty())
        document["view"] = core::parseJson(state.view, "the view");
    return document;
}

ModelReference modelOfSession(const Json& document, const std::string& place)
{
    const auto found = jsonValue<std::int64_t>(document, "quantscope_session", place);
    if (found != version)
        throw core::Error(core::text(place, ": is a session of version ", found, ", expected ",
            version, ": a later Quantscope wrote it"));
    const Json& model = jsonPart(document, "model", place);
    return { jsonValue<std::string>(model, "path", place),
        jsonValue<std::string>(model, "content", place),
        jsonValue<std::string>(model, "samples", place),
        jsonValue<std::string>(model, "name", place) };
}

SessionState sessionFromJson(
    const Json& document, const core::Checkpoint& checkpoint, const std::string& place)
{
    SessionState state;
    state.model = modelOfSession(document, place);
    state.recipe = historyFromJson(jsonPart(document, "recipe", place), place);
    state.calibration = textFromJson(jsonPart(document, "calibration", place), place);
    state.evaluation = textFromJson(jsonPart(document, "evaluation", place), place);
    state.simulation = core::simulationFromJson(jsonPart(document, "simulation", place), place);
    state.imatrix = jsonValue<std::string>(document, "imatrix", place);
    state.threshold = jsonValue<double>(document, "threshold", place);
    readRuns(state, jsonPart(document, "runs", place), checkpoint, place);
    if (document.contains("activations")) {
        const Json& activations = jsonPart(document, "activations", place);
        state.activations = { textFromJson(jsonPart(activations, "text", place), place),
            jsonValue<std::string>(activations, "key", place) };
    }
    if (document.contains("exported"))
        state.exported = exportedFromJson(jsonPart(document, "exported", place), place);
    if (document.contains("view"))
        state.view = core::jsonText(jsonPart(document, "view", place));
    return state;
}

} // namespace app
