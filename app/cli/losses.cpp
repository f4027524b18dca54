// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/losses.h"

#include "app/cli/usualshelf.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/quant/quantize.h"
#include "core/search/sensitivityshelf.h"

#include <CLI/CLI.hpp>

#include <iostream>

namespace cli {

namespace {

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

    core::SensitivityTable measured(const LossOptions& options,
        const std::shared_ptr<const core::Checkpoint>& checkpoint,
        core::SensitivitySettings settings, const core::Progress& progress)
    {
        const auto shelf = chosenShelf(options);
        const auto sequences
            = readSequences(*checkpoint, { options.text.file, options.text.length, 0 });
        settings.most = options.text.sequences > 0
            ? options.text.sequences
            : core::usualSensitivitySequences(int(sequences.front().size()));
        if (!options.imatrix.empty())
            settings.importance = core::readImatrix(options.imatrix);
        const bool isGptq = settings.method == core::Method::Gptq;
        if (isGptq)
            settings.rounded = roundedModels(
                checkpoint, sequences, settings, shelf, progress.part(0, 0.8, "Rounding"));
        core::SensitivityTable table = core::measureKept(*checkpoint, sequences, settings,
            shelf.get(), {}, progress.part(isGptq ? 0.8 : 0, 1, "Predicting losses"));
        if (options.text.sequences > 0 && table.sequences > options.text.sequences)
            std::cerr << "note: --sequences " << options.text.sequences << ": the figures are of "
                      << table.sequences << " sequences, which were read before\n";
        return table;
    }

} // namespace

void addLossOptions(CLI::App& command, LossOptions& options)
{
    command.add_option("--calibration", options.text.file,
        "Text (UTF-8) on which losses are predicted; without one, roughly from the weights alone");
    addCount(command, "--ctx", options.text.length,
        "Tokens a sequence (default: the model's context, at most 512)");
    addCount(command, "--sequences", options.text.sequences,
        "Sequences to use (default: 8,192 tokens, at least 8); more of them later go on from "
        "there");
    command
        .add_option("--formats", options.formats,
            "Formats, separated by commas (default: Q2_K,Q3_K,IQ4_XS,Q4_K,Q5_K,Q6_K,Q8_0)")
        ->delimiter(',');
    command
        .add_option("--method", options.method,
            "How weights are rounded: rtn, importance, hqq, or gptq, which takes a run for each "
            "format first")
        ->capture_default_str()
        ->check(CLI::IsMember({ "rtn", "importance", "hqq", "gptq" }));
    command.add_option("--encoder", options.encoder, "Of rtn and importance: closest or ggml")
        ->capture_default_str()
        ->check(CLI::IsMember({ "closest", "ggml" }));
    command.add_option("--imatrix", options.imatrix,
        "Importance matrix of llama.cpp instead of our own statistics");
    auto* workFolder = command.add_option("--work-folder", options.workFolder,
        "Keeps the table there instead of on the window's shelf, so that a stopped one goes on");
    command.add_flag("--no-shelf", options.noShelf, "Keeps nothing")->excludes(workFolder);
}

std::vector<const core::Format*> chosenFormats(const LossOptions& options)
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

std::shared_ptr<const core::Shelf> chosenShelf(const LossOptions& options)
{
    if (!options.workFolder.empty())
        return std::make_shared<const core::Shelf>(options.workFolder);
    return options.noShelf ? nullptr : usualShelf();
}

core::SensitivityTable predictedLosses(const LossOptions& options,
    const std::shared_ptr<const core::Checkpoint>& checkpoint, const core::Progress& progress)
{
    core::SensitivitySettings settings;
    settings.formats = chosenFormats(options);
    if (options.formats.empty())
        settings.alsoFormats = core::otherSensitivityFormats();
    settings.method = *core::findMethod(options.method); // checked while parsing
    settings.encoder = *core::findEncoder(options.encoder);
    return options.text.file.empty() ? core::roughSensitivity(
               *checkpoint, settings, progress.part(0, 1, "Looking at the weights"))
                                     : measured(options, checkpoint, settings, progress);
}

} // namespace cli
