// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/runjson.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/files/json.h"
#include "core/quant/runneeds.h"

#include <nlohmann/json.hpp>

namespace app {

using core::Json;
using core::jsonPart;
using core::jsonValue;

namespace {

    AddedFile fileFromJson(const Json& json, const std::string& place)
    {
        return { jsonValue<std::string>(json, "path", place),
            jsonValue<std::string>(json, "content", place),
            jsonValue<std::string>(json, "measured", place) };
    }

    core::TensorReport reportFromJson(
        const Json& json, const core::Checkpoint& checkpoint, const std::string& place)
    {
        const auto name = jsonValue<std::string>(json, "name", place);
        const core::Tensor* tensor = checkpoint.find(name);
        if (!tensor)
            throw core::Error(
                core::text(place, ": speaks of the tensor ", name, ", which the model has not"));
        return core::tensorReportFromJson(json, *tensor, place);
    }

} // namespace

Json runToJson(const Run& run)
{
    Json reports = Json::array();
    for (const core::TensorReport& report : run.reports)
        reports.push_back(core::tensorReportToJson(report));
    Json json{ { "number", run.number }, { "title", run.title.toStdString() },
        { "recipe", core::recipeToJson(run.recipe) }, { "reports", std::move(reports) },
        { "calibration", textToJson(run.calibration) }, { "imatrix", run.imatrix.string() },
        { "seconds", run.seconds }, { "parts", run.parts }, { "bytes", run.fileBytes } };
    if (run.file)
        json["file"] = { { "path", run.file->path.string() }, { "content", run.file->content },
            { "measured", run.file->measured }, { "bits_per_weight", run.bitsPerWeight } };
    if (run.evaluation) {
        json["evaluation"] = core::evaluationToJson(*run.evaluation);
        json["measured_with"] = evaluationSettingsToJson(run.measuredWith);
        json["evaluation_key"] = run.evaluationKey;
    }
    return json;
}

Run runFromJson(const Json& json, const core::Checkpoint& checkpoint, const std::string& place)
{
    Run run;
    run.number = int(jsonValue<std::int64_t>(json, "number", place));
    run.title = QString::fromStdString(jsonValue<std::string>(json, "title", place));
    run.recipe = core::recipeFromJson(jsonPart(json, "recipe", place), place);
    run.plan = core::planTensors(checkpoint, run.recipe);
    for (const Json& report : jsonPart(json, "reports", place)) {
        run.reports.push_back(reportFromJson(report, checkpoint, place));
        const core::TensorReport& read = run.reports.back();
        run.plan[checkpoint.indexOf(read.place)].format = read.format; // its range may ask for it
    }
    run.calibration = textFromJson(jsonPart(json, "calibration", place), place);
    run.imatrix = jsonValue<std::string>(json, "imatrix", place);
    run.seconds = jsonValue<double>(json, "seconds", place);
    for (const Json& part : jsonPart(json, "parts", place))
        run.parts.push_back(part.is_string() ? part.get<std::string>() : std::string());
    run.fileBytes = std::uint64_t(jsonValue<std::int64_t>(json, "bytes", place));
    run.bitsPerWeight = core::bitsPerWeight(checkpoint, run.plan);
    if (json.contains("file")) {
        const Json& file = jsonPart(json, "file", place);
        run.file = fileFromJson(file, place);
        run.bitsPerWeight = jsonValue<double>(file, "bits_per_weight", place);
    }
    if (json.contains("evaluation")) {
        run.evaluation = core::evaluationFromJson(jsonPart(json, "evaluation", place), place);
        run.measuredWith
            = evaluationSettingsFromJson(jsonPart(json, "measured_with", place), place);
        run.evaluationKey = jsonValue<std::string>(json, "evaluation_key", place, "");
    }
    return run;
}

} // namespace app
