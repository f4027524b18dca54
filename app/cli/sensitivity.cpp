// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/sensitivity.h"
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/input.h"
#include "app/cli/usualshelf.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/quant/quantize.h"
#include "core/search/sensitivityshelf.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iostream>
#include <memory>

namespace cli {

namespace {

    struct SensitivityArguments {
        std::string model;
        TextOptions text;
        std::vector<std::string> formats;
        std::string method = "importance";
        std::string encoder = "closest";
        std::string imatrix;
        std::string workFolder;
        bool noShelf = false;
        bool json = false;
    };

    std::vector<const core::Format*> chosenFormats(const SensitivityArguments& options)
    {
        if (options.formats.empty())
            return core::usualSensitivityFormats();
        std::vector<const core::Format*> formats;
        for (const std::string& name : options.formats) {
            const core::Format* format = core::findFormat(core::formatSpelling(name));
            if (!format || !format->isQuantized())
                throw core::Error(core::text("--formats: found ", name,
                    ", expected number formats that round, such as Q4_K or Q2_K,Q4_K"));
            formats.push_back(format);
        }
        return formats;
    }

    std::shared_ptr<const core::Shelf> chosenShelf(const SensitivityArguments& options)
    {
        if (!options.workFolder.empty())
            return std::make_shared<const core::Shelf>(options.workFolder);
        return options.noShelf ? nullptr : usualShelf();
    }

    /// One run by GPTQ for each format, of which the shelf keeps what is done.
    std::vector<core::RoundedModel> roundedModels(
        const std::shared_ptr<const core::Checkpoint>& checkpoint,
        const std::vector<std::vector<int>>& sequences, const core::SensitivitySettings& settings,
        const std::shared_ptr<const core::Shelf>& shelf, const core::Progress& progress)
    {
        std::vector<core::RoundedModel> models;
        const double all = double(settings.formats.size());
        for (const core::Format* format : settings.formats) {
            core::Recipe recipe;
            recipe.format = format;
            recipe.method = core::Method::Gptq;
            recipe.encoder = settings.encoder;
            core::QuantizeOptions quantizing;
            quantizing.calibration = sequences;
            quantizing.shelf = shelf;
            const double done = double(models.size());
            core::QuantizedModel run = core::quantize(
                checkpoint, recipe, quantizing, {}, progress.part(done / all, (done + 1) / all));
            models.push_back({ std::move(run.checkpoint), std::move(run.plan) });
        }
        return models;
    }

    core::SensitivityTable measured(const SensitivityArguments& options,
        const std::shared_ptr<const core::Checkpoint>& checkpoint,
        core::SensitivitySettings settings, const core::Progress& progress)
    {
        const auto shelf = chosenShelf(options);
        const auto sequences
            = readSequences(*checkpoint, { options.text.file, options.text.length, 0 });
        constexpr int usualTokens = 8192; // some minute of a small model on two processors
        const int length = int(sequences.front().size());
        settings.most = options.text.sequences > 0 ? options.text.sequences
                                                   : std::max(8, usualTokens / length);
        if (!options.imatrix.empty())
            settings.importance = core::readImatrix(options.imatrix);
        const bool isGptq = settings.method == core::Method::Gptq;
        if (isGptq)
            settings.rounded = roundedModels(
                checkpoint, sequences, settings, shelf, progress.part(0, 0.8, "Rounding"));
        const std::string key = core::sensitivityKey(*checkpoint, sequences, settings);
        const auto begun = shelf ? core::findSensitivity(*shelf, key) : std::nullopt;
        const auto keep = [&](const core::SensitivityTable& table) {
            if (shelf)
                core::keepSensitivity(*shelf, key, *checkpoint, settings.method, table);
        };
        core::SensitivityTable table
            = core::measureSensitivity(*checkpoint, sequences, settings, begun ? &*begun : nullptr,
                keep, progress.part(isGptq ? 0.8 : 0, 1, "Predicting losses"));
        keep(table); // as the last one, even where it was complete before
        return table;
    }

    /// Names of the formats of all tensors, from few bits to many.
    std::vector<std::string> columnsOf(const core::SensitivityTable& table)
    {
        std::vector<const core::Format*> formats;
        for (const core::TensorSensitivity& tensor : table.tensors)
            for (const core::SensitivityFigure& figure : tensor.figures)
                if (std::ranges::find(formats, figure.format) == formats.end())
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
            std::cout << "Rough: from the weights alone, right to a factor of some three; "
                         "--calibration TEXT measures.\n";
        else
            std::cout << "From " << table.sequences << " sequences of " << table.length << " tokens"
                      << (core::isRough(table) ? "; rough: more --sequences make errors smaller"
                                               : "")
                      << ".\n";
    }

    void sensitivity(const SensitivityArguments& options, const core::Progress& progress)
    {
        core::SensitivitySettings settings;
        settings.formats = chosenFormats(options);
        settings.method = *core::findMethod(options.method); // checked while parsing
        settings.encoder = *core::findEncoder(options.encoder);
        const auto checkpoint = openModel(options.model);
        const core::SensitivityTable table = options.text.file.empty()
            ? core::roughSensitivity(
                *checkpoint, settings, progress.part(0, 1, "Looking at the weights"))
            : measured(options, checkpoint, settings, progress);
        if (options.json)
            std::cout << core::jsonText(core::sensitivityToJson(table), 2) << '\n';
        else
            print(table);
    }

} // namespace

void addSensitivity(CLI::App& app, Action& action)
{
    const auto options = std::make_shared<SensitivityArguments>();
    CLI::App* command = app.add_subcommand("sensitivity",
        "Predicts what every tensor loses in every format, without rounding the model");
    command->add_option("model", options->model, "Folder (safetensors) or GGUF file")->required();
    command->add_option("--calibration", options->text.file,
        "Text (UTF-8) on which losses are predicted; without one, roughly from the weights alone");
    addCount(*command, "--ctx", options->text.length,
        "Tokens a sequence (default: the model's context, at most 512)");
    addCount(*command, "--sequences", options->text.sequences,
        "Sequences to use (default: 8,192 tokens, at least 8); more of them later go on from "
        "there");
    command
        ->add_option("--formats", options->formats,
            "Formats, separated by commas (default: Q2_K,Q3_K,IQ4_XS,Q4_K,Q5_K,Q6_K,Q8_0)")
        ->delimiter(',');
    command
        ->add_option("--method", options->method,
            "How weights are rounded: rtn, importance, hqq, or gptq, which takes a run for each "
            "format first")
        ->capture_default_str()
        ->check(CLI::IsMember({ "rtn", "importance", "hqq", "gptq" }));
    command->add_option("--encoder", options->encoder, "Of rtn and importance: closest or ggml")
        ->capture_default_str()
        ->check(CLI::IsMember({ "closest", "ggml" }));
    command->add_option("--imatrix", options->imatrix,
        "Importance matrix of llama.cpp instead of our own statistics");
    auto* workFolder = command->add_option("--work-folder", options->workFolder,
        "Keeps the table there instead of on the window's shelf, so that a stopped one goes on");
    command->add_flag("--no-shelf", options->noShelf, "Keeps nothing")->excludes(workFolder);
    command->add_flag("--json", options->json,
        "Print one JSON object: tensors with kld, kld_error and bytes of each format");
    command->callback([options, &action] {
        action = [options](const core::Progress& progress, ProgressLine&) {
            sensitivity(*options, progress);
        };
    });
}

} // namespace cli
