// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/plantext.h"

#include "core/measure/bandwidth.h"
#include "core/quant/runneeds.h"

#include <nlohmann/json.hpp>

#include <iostream>

namespace cli {

namespace {

    std::string treatmentText(const core::PlannedTensor& planned)
    {
        return planned.keeps ? "kept" : core::treatmentName({ planned.method, planned.scaling });
    }

    std::uint64_t bytesPerToken(const PlannedRun& run)
    {
        return core::bytesPerToken(run.checkpoint, run.plan, run.checkpoint.config().context);
    }

    void printNotes(const PlannedRun& run)
    {
        Notes notes;
        for (std::size_t i = 0; i < run.plan.size(); ++i) {
            const core::Tensor& tensor = run.checkpoint.tensors()[i];
            if (run.plan[i].fellBack())
                notes.add(tensor.name, core::fallbackText(run.plan[i], tensor));
            notes.add(tensor.name, core::sourceText(run.plan[i], tensor));
        }
        notes.print(std::cout);
    }

    core::Json tensorToJson(const core::PlannedTensor& planned, const core::Tensor& tensor)
    {
        core::Json json{ { "name", tensor.name }, { "format", planned.format->name },
            { "method", treatmentText(planned) },
            { "bytes", core::plannedBytes(planned, tensor) } };
        if (planned.fellBack())
            json["note"] = core::fallbackText(planned, tensor);
        else if (const std::string note = core::sourceText(planned, tensor); !note.empty())
            json["note"] = note;
        return json;
    }

} // namespace

void printPlan(const PlannedRun& run)
{
    Table table({ "tensor", "format", "method", "bytes" });
    for (std::size_t i = 0; i < run.plan.size(); ++i) {
        const core::Tensor& tensor = run.checkpoint.tensors()[i];
        table.addRow({ tensor.name, std::string(run.plan[i].format->name),
            treatmentText(run.plan[i]), std::to_string(core::plannedBytes(run.plan[i], tensor)) });
    }
    table.print(std::cout);
    printNotes(run);
    const std::uint64_t bytes = core::plannedBytes(run.checkpoint, run.plan);
    if (run.file)
        std::cout << "\nThe " << (run.file->pieces.empty() ? "file" : "pieces") << " would have "
                  << run.file->fileBytes() << " bytes, ";
    else
        std::cout << "\nNo file can hold study formats; the weights take " << bytes << " bytes, ";
    std::cout << fixed(core::bitsPerWeight(run.checkpoint, run.plan), 2)
              << " bits per weight; one token reads " << sizeText(double(bytesPerToken(run)))
              << " at context " << run.checkpoint.config().context << ".\n"
              << costsText(run.costs) << '\n';
    if (run.predicted)
        std::cout << "Predicted KL divergence: " << significant(run.predicted->kld.kld) << " ± "
                  << significant(run.predicted->kld.error) << " nats a token, by figures of "
                  << core::methodName(run.predicted->by)
                  << (run.predicted->kld.isRough ? " (rough)" : "") << ".\n";
}

void printPlanJson(const PlannedRun& run)
{
    core::Json tensors = core::Json::array();
    for (std::size_t i = 0; i < run.plan.size(); ++i)
        tensors.push_back(tensorToJson(run.plan[i], run.checkpoint.tensors()[i]));
    core::Json json{ { "recipe", core::recipeToJson(run.recipe) },
        { "tensors", std::move(tensors) },
        { "bits_per_weight", core::bitsPerWeight(run.checkpoint, run.plan) },
        { "bytes_per_token", bytesPerToken(run) }, { "estimate", costsToJson(run.costs) } };
    if (run.file)
        json["bytes"] = run.file->fileBytes();
    if (run.predicted) {
        json["predicted_kld"] = run.predicted->kld.kld;
        json["predicted_kld_error"] = run.predicted->kld.error;
        json["predicted_roughly"] = run.predicted->kld.isRough;
        json["predicted_by"] = core::methodName(run.predicted->by);
    }
    std::cout << core::jsonText(json, 2) << '\n';
}

} // namespace cli
