// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/shrinktext.h"

#include "app/cli/console.h"
#include "app/cli/evaluationtext.h"
#include "core/measure/comparedfile.h"
#include "core/search/recipeloss.h"

#include <nlohmann/json.hpp>

#include <iostream>
#include <string>

namespace cli {

namespace {

    const core::Device* deviceFor(const Shrinking& shrinking, const core::SmallerFile& file)
    {
        const core::ModelConfig& config = shrinking.checkpoint->config();
        return core::smallestDevice(shrinking.devices, config, config.context, file.mix.fileBytes);
    }

    double saved(const Shrinking& shrinking, const core::SmallerFile& file)
    {
        return 1 - double(file.mix.fileBytes) / double(core::filesBytes(*shrinking.checkpoint));
    }

    core::SmallerWork workOf(
        const Shrinking& shrinking, const core::SmallerFile& file, const core::Progress& progress)
    {
        return core::smallerWork(*shrinking.checkpoint, file.mix, {},
            core::textOf(shrinking.calibration), core::textOf(shrinking.evaluation), progress);
    }

    core::PredictedKld predictionOf(const Shrinking& shrinking, const core::SmallerFile& file)
    {
        return core::predictedKld(*shrinking.checkpoint,
            core::asPredicted(*shrinking.checkpoint, file.mix.plan, shrinking.losses),
            shrinking.losses);
    }

    core::Json fileJson(const Shrinking& shrinking, const core::SmallerFile& file)
    {
        const core::PredictedKld predicted = predictionOf(shrinking, file);
        const core::Device* device = deviceFor(shrinking, file);
        core::Json json{ { "grade", core::gradeWord(file.asked) }, { "bytes", file.mix.fileBytes },
            { "saved", saved(shrinking, file) }, { "predicted_kld", file.mix.mix.kld },
            { "predicted_kld_error", predicted.error },
            { "predicted_grade", core::gradeWord(file.predicted) }, { "rough", predicted.isRough },
            { "fits", nullptr } };
        if (device)
            json["fits"] = device->name;
        return json;
    }

} // namespace

void printChoicesJson(const Shrinking& shrinking, const core::Progress& progress)
{
    core::Json choices = core::Json::array();
    for (const core::SmallerFile& file : shrinking.files) {
        core::Json choice = fileJson(shrinking, file);
        choice["seconds"] = workOf(shrinking, file, progress).total();
        choices.push_back(std::move(choice));
    }
    const core::Json json{ { "original_bytes", core::filesBytes(*shrinking.checkpoint) },
        { "choices", std::move(choices) } };
    std::cout << core::jsonText(json, 2) << '\n';
}

void printChoices(const Shrinking& shrinking, const core::Progress& progress)
{
    Table table({ "--grade", "size", "smaller by", "fits", "predicted KLD", "predicted grade",
        "takes about" });
    for (const core::SmallerFile& file : shrinking.files) {
        const core::Device* device = deviceFor(shrinking, file);
        table.addRow(
            { std::string(core::gradeWord(file.asked)), sizeText(double(file.mix.fileBytes)),
                percent(saved(shrinking, file)), device ? device->name : "no device",
                significant(file.mix.mix.kld), std::string(core::gradeText(file.predicted)),
                durationText(workOf(shrinking, file, progress).total()) });
    }
    table.print(std::cout);
    std::cout << "\nPredicted for importance-weighted rounding, of which GPTQ loses about "
                 "half"
              << (core::isRough(shrinking.losses) ? "; rough" : "")
              << ". --grade and --output make one of them.\n";
}

void printMade(
    const Shrinking& shrinking, const core::SmallerFile& file, const RoundingResult& result)
{
    std::cout << result.file->file.string() << ": " << result.file->bytes << " bytes, "
              << result.file->tensorsVerified << " tensors read back and equal\n"
              << "Predicted KL divergence " << significant(file.mix.mix.kld) << ": "
              << core::gradeText(file.predicted) << '\n';
    if (!result.evaluation)
        return;
    printEvaluation(*result.evaluation);
    std::cout << '\n'
              << core::verdictText(core::verdictOf(result.file->bytes,
                     core::filesBytes(*shrinking.checkpoint), *result.evaluation->against))
              << '\n';
}

void printMadeJson(
    const Shrinking& shrinking, const core::SmallerFile& file, const RoundingResult& result)
{
    core::Json json = fileJson(shrinking, file);
    json["file"] = result.file->file.string();
    json["bytes"] = result.file->bytes;
    json["original_bytes"] = core::filesBytes(*shrinking.checkpoint);
    json["tensors_verified"] = result.file->tensorsVerified;
    json["recipe"] = core::recipeToJson(file.mix.recipe);
    if (result.evaluation) {
        const core::Verdict verdict = core::verdictOf(result.file->bytes,
            core::filesBytes(*shrinking.checkpoint), *result.evaluation->against);
        json["evaluation"] = core::evaluationToJson(*result.evaluation);
        json["measured_grade"] = core::gradeWord(verdict.grade);
        json["advice"] = core::adviceWord(verdict.advice);
        json["verdict"] = core::verdictText(verdict);
    }
    std::cout << core::jsonText(json, 2) << '\n';
}

} // namespace cli
