// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/input.h"
#include "core/base/text.h"
#include "core/files/json.h"
#include "core/formats/study.h"
#include "core/measure/rounding.h"
#include "core/quant/rangefallback.h"
#include "core/stats/activationstats.h"
#include "core/stats/tensorstats.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <iostream>
#include <memory>

namespace cli {

namespace {

    struct PreviewArguments {
        std::string model;
        std::string format;
        std::string imatrix;
        bool json = false;
    };

    /// What rounding `tensor` to `wanted` alone would store it in.
    core::PlannedTensor plannedAlone(
        const core::Tensor& tensor, const core::Format* wanted, const core::Progress& progress)
    {
        core::PlannedTensor planned;
        planned.place = tensor.place;
        planned.format = core::fallbackFormat(wanted, tensor.columns);
        planned.wanted = core::isSameFormat(planned.format, wanted) ? planned.format : wanted;
        planned.keeps = core::isKeptIn(planned.format, tensor);
        return core::withinRange(tensor, planned, progress);
    }

    core::Json toJson(const core::Tensor& tensor, const core::RoundingPreview& preview)
    {
        return { { "name", tensor.name }, { "format", preview.format->name },
            { "levels", preview.levelsPerGroup }, { "group_size", preview.groupSize },
            { "typical_step", preview.typical.step }, { "clipped", preview.clipped },
            { "clipped_share", preview.clippedShare }, { "rms_error", preview.rmsError },
            { "sqnr_db", preview.sqnr }, { "output_error", preview.outputError },
            { "weighted", preview.weighted } };
    }

    std::vector<std::string> titlesOf(const PreviewArguments& options)
    {
        std::vector<std::string> titles{ "tensor", "format", "typical step", "clipped", "rms error",
            "SQNR" };
        if (!options.imatrix.empty())
            titles.push_back("output error");
        titles.push_back("weight error"); // with an imatrix of what it has no line for
        return titles;
    }

    std::vector<std::string> rowOf(const PreviewArguments& options, const core::Tensor& tensor,
        const core::RoundingPreview& seen)
    {
        std::vector<std::string> row{ tensor.name, std::string(seen.format->name),
            significant(seen.typical.step), percent(seen.clippedShare), significant(seen.rmsError),
            fixed(seen.sqnr, 1) + " dB" };
        const std::string error = percent(seen.outputError);
        if (!options.imatrix.empty())
            row.push_back(seen.weighted ? error : "-");
        row.push_back(seen.weighted ? "-" : error);
        return row;
    }

    void preview(const PreviewArguments& options, const core::Progress& progress)
    {
        const auto checkpoint = openModel(options.model);
        const core::Format* wanted = core::findFormat(options.format);
        if (!wanted)
            throw core::Error(core::text("--format ", options.format,
                ": there is no such format, expected one of ", core::formatNames()));
        const core::Importance importance
            = options.imatrix.empty() ? core::Importance() : core::readImatrix(options.imatrix);
        Table table(titlesOf(options));
        core::Json rows = core::Json::array();
        Notes notes;
        const double count = double(checkpoint->tensors().size());
        for (std::size_t i = 0; i < checkpoint->tensors().size(); ++i) {
            const core::Tensor& tensor = checkpoint->tensors()[i];
            const core::Progress part
                = progress.part(double(i) / count, double(i + 1) / count, tensor.name);
            if (!core::isMatrix(tensor.place.role))
                continue;
            const auto stats = core::tensorStats(tensor, part.part(0, 0.2));
            if (stats.moments.nonFinite > 0)
                throw core::Error(core::text(tensor.file, ": tensor ", tensor.name,
                    " has a weight that is not finite at row ", stats.nonFiniteRow, ", column ",
                    stats.nonFiniteColumn, "."));
            const auto found = importance.find(tensor.name);
            const std::int64_t matrices = tensor.matrices();
            const std::size_t channels = std::size_t(tensor.columns * matrices);
            if (found != importance.end() && found->second.size() != channels)
                throw core::Error(core::text(options.imatrix, ": ", tensor.name, " has ",
                    found->second.size(), " channels, the model's has ", channels, "."));
            const bool isWeighted = found != importance.end() && matrices == 1;
            if (found != importance.end() && !isWeighted)
                notes.add(tensor.name, "its matrices have an importance each: shown without");
            const core::PlannedTensor planned = plannedAlone(tensor, wanted, part.part(0.2, 0.4));
            const auto seen = core::previewRounding(tensor, *planned.format,
                isWeighted ? std::span<const float>(found->second) : std::span<const float>(),
                stats.histogram, part.part(0.4, 1));
            const std::string note
                = planned.fellBack() ? core::fallbackText(planned, tensor) : std::string();
            notes.add(tensor.name, note);
            if (options.json) {
                rows.push_back(toJson(tensor, seen));
                if (!note.empty())
                    rows.back()["note"] = note;
                continue;
            }
            table.addRow(rowOf(options, tensor, seen));
        }
        if (options.json) {
            std::cout << core::jsonText({ { "tensors", std::move(rows) } }, 2) << '\n';
            return;
        }
        table.print(std::cout);
        notes.print(std::cout);
    }

} // namespace

void addPreview(CLI::App& app, Action& action)
{
    const auto options = std::make_shared<PreviewArguments>();
    CLI::App* command = app.add_subcommand(
        "preview", "Shows what rounding every tensor to one format would do to its weights");
    command->add_option("model", options->model, "Folder (safetensors) or GGUF file")->required();
    command->add_option("--format", options->format, "Number format, as Q4_K")->required();
    command->add_option("--imatrix", options->imatrix,
        "Importance matrix of llama.cpp (weighs the errors by channel)");
    command->add_flag("--json", options->json, "Print one JSON object");
    command->callback([options, &action] {
        action = [options](const core::Progress& progress, ProgressLine&) {
            preview(*options, progress);
        };
    });
}

} // namespace cli
