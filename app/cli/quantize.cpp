// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/quantize.h"
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/gptqflags.h"
#include "app/cli/input.h"
#include "app/cli/plantext.h"
#include "app/cli/roundingrun.h"
#include "app/cli/runcosts.h"
#include "app/cli/usualshelf.h"
#include "core/base/text.h"
#include "core/export/ggufexport.h"
#include "core/files/textfile.h"
#include "core/quant/rangefallback.h"
#include "core/quant/runneeds.h"
#include "core/quant/tensortypes.h"
#include "core/search/recipeloss.h"
#include "core/search/sensitivityshelf.h"

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>
#include <optional>

namespace cli {

namespace {

    struct QuantizeArguments {
        std::string model;
        std::string type;
        std::string recipe;
        std::string tensorTypes; ///< llama-quantize's --tensor-type-file
        std::string method;
        std::string encoder;
        TextOptions calibration;
        std::string imatrix;
        std::string output;
        std::string splitSize; ///< as splitSize() takes it; empty: one file
        bool overwrite = false;
        TextOptions evaluation; ///< in sequences as long as the calibration's
        std::string workFolder;
        bool noShelf = false;
        std::string name;
        std::string pretokenizer;
        std::shared_ptr<const GptqFlags> gptq;
        bool dryRun = false;
        bool json = false;
    };

    /// The method asked for, or the best that the given material allows.
    core::Treatment chosenMethod(const QuantizeArguments& options)
    {
        if (!options.method.empty())
            return *core::findTreatment(options.method); // checked while parsing
        if (!options.calibration.file.empty())
            return { core::Method::Gptq };
        return { options.imatrix.empty() ? core::Method::RoundToNearest
                                         : core::Method::Importance };
    }

    core::Recipe chosenRecipe(const QuantizeArguments& options, const core::Checkpoint& checkpoint)
    {
        const core::Treatment treatment = chosenMethod(options);
        core::Recipe recipe = options.recipe.empty()
            ? core::presetRecipe(options.type, checkpoint, treatment.method)
            : core::readRecipe(options.recipe);
        if (options.recipe.empty() || !options.method.empty()) {
            recipe.method = treatment.method;
            recipe.scaling = treatment.scaling;
        }
        if (!options.encoder.empty())
            recipe.encoder = *core::findEncoder(options.encoder);
        recipe.gptq = options.gptq->applied(recipe.gptq);
        if (!options.tensorTypes.empty())
            recipe = core::withTensorTypes(
                recipe, core::readTextFile(options.tensorTypes), options.tensorTypes, checkpoint);
        return recipe;
    }

    core::GgufExportOptions exportOptions(
        const QuantizeArguments& options, const core::Recipe& recipe)
    {
        core::GgufExportOptions exported;
        exported.modelName = options.name;
        exported.pretokenizer = options.pretokenizer;
        exported.recipe = core::recipeText(recipe);
        if (!options.splitSize.empty())
            exported.mostBytes = core::splitSize(options.splitSize);
        return exported;
    }

    /// Where the file goes, and all that is read and so never replaced.
    core::ExportTarget exportTarget(
        const QuantizeArguments& options, const core::Checkpoint& checkpoint)
    {
        core::ExportTarget target{ options.output,
            options.overwrite ? core::Existing::Replace : core::Existing::Keep,
            checkpoint.files() };
        target.read.add(options.calibration.file, "the calibration text");
        target.read.add(options.evaluation.file, "the evaluation text");
        target.read.add(options.imatrix, "the importance matrix");
        target.read.add(options.recipe, "the recipe");
        target.read.add(options.tensorTypes, "the tensor types");
        return target;
    }

    /// What a run reads beside the model.
    core::QuantizeOptions quantizeOptions(
        const QuantizeArguments& options, const core::Checkpoint& checkpoint)
    {
        core::QuantizeOptions quantizing;
        if (!options.calibration.file.empty())
            quantizing.calibration = readSequences(checkpoint, options.calibration);
        if (!options.imatrix.empty())
            quantizing.importance = core::readImatrix(options.imatrix);
        return quantizing;
    }

    /// A misspelt name in a recipe would go unnoticed otherwise.
    void sayIdleRules(const core::Checkpoint& checkpoint, const core::Recipe& recipe)
    {
        for (const std::size_t rule : core::idleRules(checkpoint, recipe))
            std::cerr << "rule " << rule + 1
                      << " has no effect: no tensor matches it, or rules before it decide\n";
    }

    enum class FiguresOf { Text, Weights };

    /// By a table of that method, where one has all that is rounded.
    std::optional<PredictedLoss> predictedBy(core::Method method, FiguresOf source,
        const core::Shelf& shelf, const core::Checkpoint& checkpoint,
        const std::vector<core::PlannedTensor>& plan)
    {
        PredictedLoss loss{ {}, method };
        const auto table = core::keptSensitivity(
            shelf, checkpoint, method, [&](const core::SensitivityTable& each) {
                loss.kld = core::predictedKld(
                    checkpoint, core::asPredicted(checkpoint, plan, each), each);
                return loss.kld.unknown == 0 && (each.sequences > 0) == (source == FiguresOf::Text);
            });
        return table ? std::optional(loss) : std::nullopt;
    }

    /// What `plan` will lose, where the shelf has a table with all that it rounds: by the recipe's
    /// method, else by one that stands for it.
    std::optional<PredictedLoss> predictedLoss(const QuantizeArguments& options,
        const core::Checkpoint& checkpoint, const core::Recipe& recipe,
        const std::vector<core::PlannedTensor>& plan)
    {
        if (options.noShelf)
            return std::nullopt;
        const std::filesystem::path folder = options.workFolder.empty()
            ? usualShelfPlace().folder / "shelf"
            : std::filesystem::path(options.workFolder);
        std::error_code none; // only looked at: no shelf is made for a question
        if (!std::filesystem::is_directory(folder, none))
            return std::nullopt;
        const core::Shelf shelf(folder);
        for (const FiguresOf source : { FiguresOf::Text, FiguresOf::Weights }) {
            if (auto own = predictedBy(recipe.method, source, shelf, checkpoint, plan))
                return own;
            for (const core::Method method : core::methodsByPreference())
                if (auto other = predictedBy(method, source, shelf, checkpoint, plan))
                    return other;
        }
        return std::nullopt;
    }

    /// What is done with the result; texts are read first: a missing one is found at once.
    RoundingRun runOf(const QuantizeArguments& options,
        const std::shared_ptr<const core::Checkpoint>& checkpoint, const core::Recipe& recipe)
    {
        RoundingRun run{ checkpoint, recipe, quantizeOptions(options, *checkpoint), {},
            exportOptions(options, recipe), {} };
        if (!options.output.empty())
            run.target = exportTarget(options, *checkpoint);
        const TextOptions& text = options.evaluation;
        if (!text.file.empty())
            run.chunks = readSequences(
                *checkpoint, { text.file, options.calibration.length, text.sequences });
        return run;
    }

    /// What is known beforehand, printed.
    void printDryRun(const QuantizeArguments& options, const core::Checkpoint& checkpoint,
        const core::Recipe& recipe, const std::vector<core::PlannedTensor>& plan,
        const core::GgufPlan* file, double before, const core::Progress& progress)
    {
        const core::QuantizeOptions quantizing = quantizeOptions(options, checkpoint);
        sayLittleText(checkpoint, plan, quantizing.calibration);
        const double written = file && !options.output.empty() ? double(file->fileBytes()) : 0;
        const PlannedRun run{ checkpoint, recipe, plan, file,
            expectedCosts(checkpoint, plan, recipe, quantizing, before, written, progress),
            predictedLoss(options, checkpoint, recipe, plan) };
        if (options.json)
            printPlanJson(run);
        else
            printPlan(run);
    }

    void quantize(
        const QuantizeArguments& options, const core::Progress& progress, ProgressLine& line)
    {
        const auto checkpoint = openModel(options.model);
        const double before = core::residentBytes();
        const core::Recipe recipe = chosenRecipe(options, *checkpoint);
        sayIdleRules(*checkpoint, recipe);
        auto plan = core::planTensors(*checkpoint, recipe);
        sayAlreadyQuantized(*checkpoint, plan);
        if (options.dryRun) {
            plan = core::withinRange(*checkpoint, std::move(plan), progress);
            core::requireFiniteRest(*checkpoint, plan, progress.part(1, 1));
        }
        std::optional<core::GgufPlan> file;
        if (!options.output.empty() || !core::hasStudyFormat(plan)) // throws before hours of work
            file = core::planGguf(*checkpoint, plan, exportOptions(options, recipe));
        if (options.dryRun)
            return printDryRun(
                options, *checkpoint, recipe, plan, file ? &*file : nullptr, before, progress);
        if (options.output.empty() && options.evaluation.file.empty())
            throw core::Error("Nothing says what to do with the result: --output FILE.gguf, "
                              "--evaluate TEXT or --dry-run is needed.");
        if (!options.output.empty())
            checkTarget(exportTarget(options, *checkpoint), *checkpoint, *file);
        RoundingRun run = runOf(options, checkpoint, recipe);
        core::QuantizeOptions& quantizing = run.quantizing;
        sayLittleText(*checkpoint, plan, quantizing.calibration);
        const std::uint64_t kept = core::roundedBytes(*checkpoint, plan);
        quantizing.shelf = shelfWithRoom(
            options.workFolder, options.noShelf ? Keeping::None : Keeping::Shelf, kept);
        const RunCosts costs
            = expectedCosts(*checkpoint, plan, recipe, quantizing, before, 0, progress);
        requireFits(options.model, costs);
        attachClock(quantizing, costs, kept, line);
        const RoundingResult result = carryOut(run, progress, line);
        if (options.json)
            printRoundingJson(result, recipe);
        else
            printRounding(result);
    }

} // namespace

void addQuantize(CLI::App& app, Action& action)
{
    const auto options = std::make_shared<QuantizeArguments>();
    CLI::App* command = app.add_subcommand(
        "quantize", "Rounds a model as a recipe says and writes a verified GGUF file");
    command->add_option("model", options->model, "Folder (safetensors) or GGUF file")->required();
    CLI::Option_group* what = command->add_option_group("what");
    what->add_option("--type", options->type,
        "A format (Q4_K: all layer matrices), a mix of llama.cpp (Q4_K_M), source (every tensor as "
        "in the file, byte for byte) or a study format, which can be measured but not written "
        "(INT4_ASYM_G64; see the help on formats)");
    what->add_option(
        "--recipe", options->recipe, "Recipe file (JSON): a format and method for each tensor");
    what->require_option(1);
    command->add_option("--tensor-type-file", options->tensorTypes,
        "Formats of single tensors as llama-quantize takes them (PATTERN=TYPE), before the type's "
        "or recipe's own");
    command
        ->add_option("--method", options->method,
            "rtn, importance, gptq, hqq (no text), or with the inputs scaled before them awq+rtn, "
            "awq (before "
            "importance), awq+gptq (default: gptq with --calibration, importance with --imatrix, "
            "else rtn)")
        ->check(CLI::IsMember(core::treatmentNames()));
    command
        ->add_option("--encoder", options->encoder,
            "Of rtn and importance: closest (the smallest weighted error) or ggml (the bytes that "
            "llama.cpp writes); default: as the recipe says, else closest")
        ->check(CLI::IsMember({ "closest", "ggml" }));
    command->add_option("--calibration", options->calibration.file, "Calibration text (UTF-8)");
    addCount(*command, "--ctx", options->calibration.length,
        "Tokens a sequence or chunk (default: the model's context, at most 512)");
    addCount(
        *command, "--sequences", options->calibration.sequences, "Sequences to use (default: all)");
    command->add_option("--imatrix", options->imatrix,
        "Importance matrix of llama.cpp instead of our own statistics");
    options->gptq = GptqFlags::addTo(*command);
    auto* workFolder = command->add_option("--work-folder", options->workFolder,
        "Keeps finished layers there instead of on the window's shelf "
        "(~/.cache/quantscope/quantscope/shelf, at most 20 GB unless the window's settings say "
        "otherwise), so that a cancelled run resumes and one with another recipe rounds only what "
        "differs; nothing is ever removed there");
    command->add_flag("--no-shelf", options->noShelf, "Keeps finished layers in memory only")
        ->excludes(workFolder);
    command->add_option("--name", options->name, "general.name of the file (default: the model's)");
    command->add_option("--pre", options->pretokenizer,
        "tokenizer.ggml.pre of the file (default: found by the tokenizer's own expressions)");
    command->add_option("-o,--output", options->output, "GGUF file to write");
    command->add_option("--split-max-size", options->splitSize,
        "Splits the output into files of at most that many bytes of tensors, such as 2G or 500M "
        "(10^9, 10^6): NAME-00001-of-00003.gguf, ...; any of them opens the model");
    command->add_flag("--overwrite", options->overwrite,
        "Replaces a file that has the output's name (never one that is read)");
    command->add_option("--evaluate", options->evaluation.file,
        "Evaluation text: measures the result against the original, with or without writing it");
    addCount(
        *command, "--chunks", options->evaluation.sequences, "Chunks of it to use (default: all)");
    command->add_flag("--dry-run", options->dryRun,
        "Only print formats, exact size, bytes read per token, and the time and memory that "
        "rounding is "
        "expected to take here");
    command->add_flag("--json", options->json, "Print one JSON object");
    command->callback([options, &action] {
        action = [options](const core::Progress& progress, ProgressLine& line) {
            quantize(*options, progress, line);
        };
    });
}

} // namespace cli
