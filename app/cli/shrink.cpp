// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/losses.h"
#include "app/cli/roundingrun.h"
#include "app/cli/runcosts.h"
#include "app/cli/shrinktext.h"
#include "app/resources.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/export/smallerfile.h"
#include "core/quant/runneeds.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>
#include <memory>
#include <string>

namespace cli {

namespace {

    struct ShrinkArguments {
        std::string model;
        std::string grade; ///< empty: the choices are only told
        TextOptions calibration, evaluation; ///< evaluation in sequences as long
        std::string workFolder;
        bool noShelf = false;
        std::string output;
        bool overwrite = false;
        bool json = false;
    };

    /// As many as the window begins with, unless more or fewer are asked for.
    void fillTexts(ShrinkArguments& options, const core::Checkpoint& checkpoint)
    {
        constexpr int calibrationSequences = 64, evaluationChunks = 20;
        constexpr std::int64_t smallModel = 20'000'000; // weights: all chunks take seconds
        const std::filesystem::path sample = app::resourcesFolder() / "sample";
        if (options.calibration.file.empty())
            options.calibration.file = sample / "calibration.txt";
        if (options.evaluation.file.empty())
            options.evaluation.file = sample / "evaluation.txt";
        if (options.calibration.sequences == 0)
            options.calibration.sequences = calibrationSequences;
        if (options.evaluation.sequences == 0 && checkpoint.weights() > smallModel)
            options.evaluation.sequences = evaluationChunks;
        options.evaluation.length = options.calibration.length;
    }

    core::SensitivityTable lossesOf(const ShrinkArguments& options,
        const std::shared_ptr<const core::Checkpoint>& checkpoint, const core::Progress& progress)
    {
        LossOptions losses;
        losses.workFolder = options.workFolder;
        losses.noShelf = options.noShelf;
        const std::string whyNot = core::whyNotPredicted(*checkpoint);
        if (whyNot.empty())
            losses.text = { options.calibration.file, options.calibration.length, 0 };
        else
            std::cerr << "Losses are predicted roughly, from the weights alone: " << whyNot << '\n';
        return predictedLosses(losses, checkpoint, progress);
    }

    Shrinking look(const ShrinkArguments& options,
        const std::shared_ptr<const core::Checkpoint>& checkpoint, const core::Progress& progress)
    {
        Shrinking shrinking;
        shrinking.checkpoint = checkpoint;
        if (checkpoint->isComputed() && checkpoint->hasTokenizer()) {
            shrinking.calibration = readSequences(*checkpoint, options.calibration);
            shrinking.evaluation = readSequences(*checkpoint, options.evaluation);
        }
        shrinking.losses = lossesOf(options, checkpoint, progress);
        shrinking.files = core::smallerFiles(*checkpoint, shrinking.losses);
        shrinking.devices = core::readDevices(app::resourcesFolder() / "devices.json");
        return shrinking;
    }

    /// What the source makes of all that follows, on standard error.
    void sayWhatItIs(const Shrinking& shrinking, const std::vector<core::PlannedTensor>& plan)
    {
        sayAlreadyQuantized(*shrinking.checkpoint, plan);
        sayLittleText(*shrinking.checkpoint, plan, shrinking.calibration);
    }

    [[noreturn]] void refuse(const Shrinking& shrinking, const std::string& grade)
    {
        const bool isQuantized = core::quantizedSource(*shrinking.checkpoint).has_value();
        if (shrinking.files.empty())
            throw core::Error(core::text("Nothing can be gained: no mix of formats is a twentieth "
                                         "smaller than this model",
                isQuantized ? ", which is quantized already," : "",
                " and predicted to be better than damaged."));
        throw core::Error(core::text("--grade: found ", grade,
            ", for which no file is smaller than the next better one; without --grade the "
            "choices are told"));
    }

    core::ExportTarget targetOf(const ShrinkArguments& options, const core::Checkpoint& checkpoint)
    {
        core::ExportTarget target{ options.output,
            options.overwrite ? core::Existing::Replace : core::Existing::Keep,
            checkpoint.files() };
        target.read.add(options.calibration.file, "the calibration text");
        target.read.add(options.evaluation.file, "the evaluation text");
        return target;
    }

    void make(const ShrinkArguments& options, const Shrinking& shrinking,
        const core::SmallerFile& file, const core::Progress& progress, ProgressLine& line)
    {
        const core::FileMix& mix = file.mix;
        sayWhatItIs(shrinking, mix.plan);
        RoundingRun run{ shrinking.checkpoint, mix.recipe, {},
            targetOf(options, *shrinking.checkpoint), {}, shrinking.evaluation };
        run.exported.recipe = core::recipeText(mix.recipe);
        checkTarget(*run.target, *shrinking.checkpoint,
            core::planGguf(*shrinking.checkpoint, mix.plan, run.exported));
        if (core::needsText(mix.plan, core::Imatrix::None))
            run.quantizing.calibration = shrinking.calibration;
        const std::uint64_t kept = core::roundedBytes(*shrinking.checkpoint, mix.plan);
        run.quantizing.shelf = shelfWithRoom(
            options.workFolder, options.noShelf ? Keeping::None : Keeping::Shelf, kept);
        const RunCosts costs = expectedCosts(*shrinking.checkpoint, mix.plan, mix.recipe,
            run.quantizing, core::residentBytes(), 0, progress);
        requireFits(options.model, costs);
        attachClock(run.quantizing, costs, kept, line);
        const RoundingResult result = carryOut(run, progress, line);
        if (options.json)
            printMadeJson(shrinking, file, result);
        else
            printMade(shrinking, file, result);
    }

    void shrink(ShrinkArguments options, const core::Progress& progress, ProgressLine& line)
    {
        const auto checkpoint = openModel(options.model);
        fillTexts(options, *checkpoint);
        if (options.grade.empty() != options.output.empty())
            throw core::Error("--grade says which file is made, --output where: both are needed, "
                              "or none to be told the choices.");
        if (!options.output.empty()) {
            const core::ExportTarget target = targetOf(options, *checkpoint);
            requireMayBeWritten(target.read, target.file, target.existing);
        }
        const Shrinking shrinking = look(options, checkpoint, progress.part(0, 0.2));
        const auto asked = core::findGrade(options.grade);
        const auto file = std::ranges::find_if(
            shrinking.files, [&](const core::SmallerFile& each) { return each.asked == asked; });
        if (shrinking.files.empty() || (asked && file == shrinking.files.end()))
            refuse(shrinking, options.grade);
        if (asked)
            return make(options, shrinking, *file, progress.part(0.2, 1), line);
        if (options.json)
            printChoicesJson(shrinking, progress.part(0.2, 1));
        else
            printChoices(shrinking, progress.part(0.2, 1));
    }

} // namespace

void addShrink(CLI::App& app, Action& action)
{
    const auto options = std::make_shared<ShrinkArguments>();
    CLI::App* command = app.add_subcommand("shrink",
        "Makes a smaller file in one step: finds the mix, rounds, writes, measures, says whether "
        "it is worth it");
    command->add_option("model", options->model, "Folder (safetensors) or GGUF file")->required();
    command
        ->add_option("--grade", options->grade,
            "How good it is to be: as-good (as the original), slightly (worse) or clearly "
            "(smaller); without it and --output the choices are told")
        ->check(CLI::IsMember({ "as-good", "slightly", "clearly" }));
    command->add_option("-o,--output", options->output, "GGUF file to write");
    command->add_option("--calibration", options->calibration.file,
        "Calibration text (UTF-8; default: the bundled one)");
    command->add_option("--evaluate", options->evaluation.file,
        "Evaluation text that the file is measured on (default: the bundled one)");
    addCount(*command, "--ctx", options->calibration.length,
        "Tokens a sequence or chunk (default: the model's context, at most 512)");
    addCount(*command, "--sequences", options->calibration.sequences,
        "Sequences to calibrate on (default: 64)");
    addCount(*command, "--chunks", options->evaluation.sequences,
        "Chunks to measure on (default: all of small models, 20 of others)");
    auto* workFolder = command->add_option("--work-folder", options->workFolder,
        "Keeps losses and finished layers there instead of on the window's shelf, so that a "
        "stopped run goes on");
    command->add_flag("--no-shelf", options->noShelf, "Keeps nothing")->excludes(workFolder);
    command->add_flag("--overwrite", options->overwrite,
        "Replaces a file that has the output's name (never one that is read)");
    command->add_flag("--json", options->json,
        "Print one JSON object: the choices, or bytes, predicted_kld, predicted_grade, "
        "evaluation, measured_grade, advice and verdict");
    command->callback([options, &action] {
        action = [options](const core::Progress& progress, ProgressLine& line) {
            shrink(*options, progress, line);
        };
    });
}

} // namespace cli
