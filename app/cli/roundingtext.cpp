// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/roundingtext.h"
#include "app/cli/console.h"
#include "app/cli/evaluationtext.h"
#include "core/base/text.h"
#include "core/files/json.h"

#include <nlohmann/json.hpp>

#include <iostream>

namespace cli {

namespace {

    std::string errorText(double error) { return error < 0 ? "-" : percent(error); }

    std::string changeText(const core::TensorReport& report)
    {
        const bool ofWeights = report.judgedOn == core::JudgedOn::Weights; // another quantity
        if (ofWeights || report.outputError < 0 || report.importanceError <= 0)
            return "-";
        return fixed(100 * (report.outputError / report.importanceError - 1), 1) + " %";
    }

    /// What the errors of a table were measured on.
    std::string judgedText(const core::TensorReport& report)
    {
        switch (report.judgedOn) {
        case core::JudgedOn::Weights:
            return "weights only";
        case core::JudgedOn::CalibrationText:
            return "calibration text";
        case core::JudgedOn::HeldOut:
            return report.heldSequences == 1
                ? "1 held-out sequence"
                : core::text(report.heldSequences, " held-out sequences");
        }
        return {};
    }

    void printReports(const std::vector<core::TensorReport>& reports)
    {
        Table table({ "tensor", "format", "method", "output error", "against importance",
            "weight error", "measured on" });
        for (const core::TensorReport& report : reports) {
            const bool ofWeights = report.judgedOn == core::JudgedOn::Weights;
            const std::string error = errorText(report.outputError);
            table.addRow({ report.name, std::string(report.format->name),
                core::treatmentName({ report.method, report.scaling }), ofWeights ? "-" : error,
                changeText(report), ofWeights ? error : "-", judgedText(report) });
        }
        table.print(std::cout);
        Notes notes;
        for (const core::TensorReport& report : reports)
            notes.add(report.name, report.note);
        notes.print(std::cout);
        std::cout << '\n';
    }

} // namespace

void printRoundingJson(const RoundingResult& result, const core::Recipe& recipe)
{
    core::Json tensors = core::Json::array();
    for (const core::TensorReport& tensor : result.tensors)
        tensors.push_back(core::tensorReportToJson(tensor));
    core::Json json{ { "recipe", core::recipeToJson(recipe) }, { "tensors", std::move(tensors) } };
    if (result.file) {
        json["file"] = result.file->file.string();
        json["files"] = result.file->files;
        json["bytes"] = result.file->bytes;
        json["tensors_verified"] = result.file->tensorsVerified;
    }
    if (result.evaluation)
        json["evaluation"] = core::evaluationToJson(*result.evaluation);
    std::cout << core::jsonText(json, 2) << '\n';
}

void printRounding(const RoundingResult& result)
{
    printReports(result.tensors);
    if (result.file)
        std::cout << result.file->file.string()
                  << (result.file->files > 1 ? core::text(" and ", result.file->files - 1, " more")
                                             : "")
                  << ": " << result.file->bytes << " bytes, " << result.file->tensorsVerified
                  << " tensors read back and equal\n";
    if (result.evaluation)
        printEvaluation(*result.evaluation);
}

} // namespace cli
