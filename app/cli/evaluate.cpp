// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/evaluationtext.h"
#include "app/cli/input.h"
#include "core/files/json.h"
#include "core/measure/evaluation.h"

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
        bool json = false;
    };

    void evaluate(const EvaluateArguments& options, const core::Progress& progress)
    {
        const auto model = core::Checkpoint::open(options.model);
        const auto reference
            = options.reference.empty() ? nullptr : core::Checkpoint::open(options.reference);
        const auto chunks = readSequences(reference ? *reference : *model, options.text);
        const core::Evaluation evaluation
            = core::evaluate(*model, reference.get(), chunks, progress.part(0, 1, "Evaluating"));
        if (options.json)
            std::cout << evaluationJson(evaluation).dump(2) << '\n';
        else
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
    command->add_option("--ctx", options->text.length,
        "Tokens a chunk (default: the model's context, at most 512)");
    command->add_option("--chunks", options->text.sequences, "Chunks to use (default: all)");
    command->add_flag("--json", options->json,
        "Print one JSON object: perplexity, perplexity_error, kld_mean, kld_error, top1 and more");
    command->callback([options, &action] {
        action = [options](const core::Progress& progress) { evaluate(*options, progress); };
    });
}

} // namespace cli
