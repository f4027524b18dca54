// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/arithmetic.h"
#include "app/cli/commands.h"
#include "app/cli/evaluationtext.h"
#include "app/cli/input.h"
#include "core/files/json.h"
#include "core/measure/evaluation.h"
#include "core/measure/grade.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <iostream>
#include <memory>

namespace cli {

namespace {

    struct EvaluateArguments {
        std::string model;
        std::string reference;
        TextOptions text;
        ArithmeticWords arithmetic;
        bool json = false;
    };

    void evaluate(const EvaluateArguments& options, const core::Progress& progress)
    {
        const auto model = openModel(options.model);
        const auto reference = options.reference.empty() ? nullptr : openModel(options.reference);
        const auto chunks = readSequences(reference ? *reference : *model, options.text);
        ArithmeticWords words = options.arithmetic;
        words.calibration.length = options.text.length;
        const double start = words.isUsed() ? 0.3 : 0;
        const core::Simulation simulation = simulationOf(
            words, model, reference, progress.part(0, start, "Calibrating activations"));
        const core::Evaluation evaluation = core::evaluate(*model, simulation.all.get(),
            reference.get(), chunks, progress.part(start, 1, "Evaluating"));
        if (options.json) {
            core::Json json = core::evaluationToJson(
                evaluation, model->hasTokenizer() ? &model->tokenizer() : nullptr);
            if (evaluation.against)
                json["grade"] = core::gradeWord(core::gradeOf(*evaluation.against));
            if (simulation.integers)
                json["activations"] = arithmeticJson(*simulation.integers);
            std::cout << core::jsonText(json, 2) << '\n';
            return;
        }
        if (simulation.integers)
            printArithmetic(*simulation.integers);
        printEvaluation(evaluation);
    }

} // namespace

void addEvaluate(CLI::App& app, Action& action)
{
    const auto options = std::make_shared<EvaluateArguments>();
    CLI::App* command = app.add_subcommand(
        "evaluate", "Measures perplexity and, against a reference, what was lost");
    command->add_option("model", options->model, "Folder (safetensors) or GGUF file")->required();
    command->add_option("--against", options->reference, "Reference model, usually the original");
    command->add_option("--text", options->text.file, "Evaluation text (UTF-8)")->required();
    addCount(*command, "--ctx", options->text.length,
        "Tokens a chunk (default: the model's context, at most 512)");
    addCount(*command, "--chunks", options->text.sequences, "Chunks to use (default: all)");
    addArithmetic(*command, options->arithmetic);
    command->add_flag("--json", options->json,
        "Print one JSON object: perplexity, perplexity_error, kld_mean, kld_error, top1 and more");
    command->callback([options, &action] {
        action = [options](const core::Progress& progress, ProgressLine&) {
            evaluate(*options, progress);
        };
    });
}

} // namespace cli
