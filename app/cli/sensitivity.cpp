// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/sensitivity.h"
#include "app/cli/alone.h"
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/losses.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iostream>
#include <memory>

namespace cli {

namespace {

    /// Names of the formats of all tensors, from few bits to many; what follows from others is in
    /// --json only.
    std::vector<std::string> columnsOf(const core::SensitivityTable& table)
    {
        std::vector<const core::Format*> formats;
        for (const core::TensorSensitivity& tensor : table.tensors)
            for (const core::SensitivityFigure& figure : tensor.figures)
                if (!figure.isTransferred
                    && std::ranges::find(formats, figure.format) == formats.end())
                    formats.push_back(figure.format);
        std::ranges::stable_sort(
            formats, {}, [](const core::Format* format) { return format->bitsPerWeight(); });
        std::vector<std::string> names;
        for (const core::Format* format : formats)
            names.emplace_back(format->name);
        return names;
    }

    void print(const core::SensitivityTable& table)
    {
        const std::vector<std::string> columns = columnsOf(table);
        std::vector<std::string> header{ "tensor" };
        header.insert(header.end(), columns.begin(), columns.end());
        Table printed(header);
        double least = 0, most = 0;
        for (const core::TensorSensitivity& tensor : table.tensors) {
            std::vector<std::string> cells{ tensor.name };
            for (const std::string& column : columns) {
                const auto figure = std::ranges::find_if(
                    tensor.figures, [&](const core::SensitivityFigure& each) {
                        return each.format->name == column;
                    });
                cells.push_back(figure == tensor.figures.end()
                        ? ""
                        : significant(figure->kld) + " ± " + significant(figure->error));
            }
            printed.addRow(std::move(cells));
            const auto [low, high] = std::ranges::minmax(
                tensor.figures, {}, [](const core::SensitivityFigure& each) { return each.kld; });
            least += low.kld;
            most += high.kld;
        }
        printed.print(std::cout);
        std::cout << "\nPredicted KL divergence, nats a token, of each tensor rounded alone, with "
                     "its standard error; losses of tensors add up.\nAll of them in their best "
                     "column lose "
                  << significant(least) << ", in their worst " << significant(most) << ".\n";
        if (table.sequences == 0)
            std::cout
                << "Rough: from the weights alone, which for one tensor may be off by ten times "
                   "and more; --calibration TEXT measures.\n";
        else
            std::cout << "From " << table.sequences << " sequences of " << table.length << " tokens"
                      << (core::isRough(table) ? "; rough: more --sequences make errors smaller"
                                               : "")
                      << ".\n";
    }

    const core::MeasuredLoss* measuredOf(const core::MeasuredLosses& alone,
        const core::TensorSensitivity& tensor, const core::SensitivityFigure& figure)
    {
        return alone.find(tensor.name, figure.format, figure.method);
    }

    void print(const core::SensitivityTable& table, const core::MeasuredLosses& alone)
    {
        Table printed({ "tensor", "format", "predicted", "measured" });
        for (const core::TensorSensitivity& tensor : table.tensors)
            for (const core::SensitivityFigure& figure : tensor.figures)
                if (const auto* found = measuredOf(alone, tensor, figure))
                    printed.addRow({ tensor.name, std::string(figure.format->name),
                        significant(figure.kld) + " ± " + significant(figure.error),
                        significant(found->loss.kld) + " ± " + significant(found->loss.error) });
        std::cout << "\nMeasured alone on " << alone.chunks << " chunks of " << alone.length
                  << " tokens:\n\n";
        printed.print(std::cout);
    }

    core::Json toJson(const core::SensitivityTable& table, const core::MeasuredLosses& alone)
    {
        core::Json json = core::sensitivityToJson(table);
        for (std::size_t i = 0; i < table.tensors.size(); ++i)
            for (const core::SensitivityFigure& figure : table.tensors[i].figures)
                if (const auto* found = measuredOf(alone, table.tensors[i], figure)) {
                    core::Json& cell
                        = json["tensors"][i]["formats"][std::string(figure.format->name)];
                    cell["measured_kld"] = found->loss.kld;
                    cell["measured_kld_error"] = found->loss.error;
                }
        if (alone.chunks > 0)
            json["measured_chunks"] = alone.chunks;
        return json;
    }

    struct SensitivityArguments {
        std::string model;
        LossOptions losses;
        AloneOptions alone;
        bool isMethodAsked = false;
        bool json = false;
    };

    /// What was asked for and does nothing without a text.
    void sayIdle(const SensitivityArguments& options)
    {
        const LossOptions& losses = options.losses;
        if (!losses.text.file.empty())
            return;
        const bool measures = !options.alone.names.empty();
        std::string idle;
        const auto add = [&idle](bool isIdle, const char* option) {
            if (isIdle)
                idle.append(idle.empty() ? "" : ", ").append(option);
        };
        add(losses.text.sequences > 0, "--sequences");
        add(losses.text.length > 0 && !measures, "--ctx");
        add(!losses.imatrix.empty() && !measures, "--imatrix");
        add(options.isMethodAsked && losses.method != "rtn" && !measures, "--method");
        if (!idle.empty())
            std::cerr << "note: without --calibration nothing comes of " << idle
                      << ": losses are predicted from the weights alone, rounded by rtn\n";
    }

    void sensitivity(const SensitivityArguments& options, const core::Progress& progress)
    {
        sayIdle(options);
        const auto checkpoint = openModel(options.model);
        const bool measures = !options.alone.names.empty();
        const core::MeasuredLosses alone = measures
            ? measuredAlone(options.alone, options.losses, *checkpoint, progress.part(0, 0.5))
            : core::MeasuredLosses();
        const core::SensitivityTable table
            = predictedLosses(options.losses, checkpoint, progress.part(measures ? 0.5 : 0, 1));
        if (options.json) {
            std::cout << core::jsonText(toJson(table, alone), 2) << '\n';
            return;
        }
        print(table);
        if (measures)
            print(table, alone);
    }

} // namespace

void addSensitivity(CLI::App& app, Action& action)
{
    const auto options = std::make_shared<SensitivityArguments>();
    CLI::App* command = app.add_subcommand("sensitivity",
        "Predicts what every tensor loses in every format, without rounding the model");
    command->add_option("model", options->model, "Folder (safetensors) or GGUF file")->required();
    addLossOptions(*command, options->losses);
    addAloneOptions(*command, options->alone);
    command->add_flag("--json", options->json,
        "Print one JSON object: tensors with kld, kld_error and bytes of each format, and "
        "measured_kld and measured_kld_error of those measured alone");
    command->callback([options, command, &action] {
        options->isMethodAsked = command->count("--method") > 0;
        action = [options](const core::Progress& progress, ProgressLine&) {
            sensitivity(*options, progress);
        };
    });
}

} // namespace cli
