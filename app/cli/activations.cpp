// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/input.h"
#include "core/base/text.h"
#include "core/files/json.h"
#include "core/model/layer.h"
#include "core/stats/activationstats.h"
#include "core/stats/outliers.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <iostream>
#include <memory>

namespace cli {

namespace {

    struct ActivationArguments {
        std::string model;
        TextOptions text;
        double threshold = 3;
        bool json = false;
    };

    /// "blk.2: attn_q attn_k attn_v"
    std::string inputName(const core::InputStats& input, const core::Checkpoint& checkpoint)
    {
        if (input.input == core::LinearInput::Head)
            return "output";
        std::string name = core::text("blk.", input.layer, ":");
        for (const core::Role role : core::readersOf(checkpoint, input.input, input.layer))
            name += " " + std::string(core::roleName(role));
        return name;
    }

    core::Json toJson(
        const core::InputStats& input, const core::Checkpoint& checkpoint, double threshold)
    {
        core::Json roles = core::Json::array();
        for (const core::Role role : core::readersOf(checkpoint, input.input, input.layer))
            roles.push_back(core::roleName(role));
        return { { "layer", input.layer }, { "roles", std::move(roles) },
            { "absmax", input.moments.absmax() }, { "mean", input.moments.mean },
            { "deviation", input.moments.deviation }, { "skew", input.moments.skew },
            { "kurtosis", input.moments.kurtosis }, { "non_finite", input.moments.nonFinite },
            { "outlier_channels", core::outlierChannels(input.absmax, threshold).channels },
            { "channel_absmax", input.absmax }, { "channel_mean_abs", input.meanAbs },
            { "channel_mean_square", input.meanSquare } };
    }

    std::vector<std::string> toRow(
        const core::InputStats& input, const core::Checkpoint& checkpoint, double threshold)
    {
        const core::OutlierChannels outliers = core::outlierChannels(input.absmax, threshold);
        std::string channels;
        for (std::size_t i = 0; i < outliers.channels.size() && i < 6; ++i)
            channels += (i ? " " : "") + std::to_string(outliers.channels[i]);
        if (outliers.channels.size() > 6)
            channels += core::text(" and ", outliers.channels.size() - 6, " more");
        const double ratio = outliers.median > 0 ? input.moments.absmax() / outliers.median : 0;
        return { inputName(input, checkpoint), fixed(input.moments.absmax(), 2),
            fixed(ratio, 2) + "x", fixed(input.moments.kurtosis, 1),
            std::to_string(outliers.channels.size()), channels };
    }

    void printLargest(const core::ActivationStats& stats, const core::Tokenizer& tokenizer)
    {
        std::cout << "\nLargest values of the residual stream\n";
        Table table({ "after", "channel", "value", "sequence", "position", "token" });
        for (const core::LargeValue& value : stats.largest) {
            const std::string depth = value.depth == 0
                ? "embedding"
                : core::text(
                    value.depth % 2 ? "attention " : "feed-forward ", (value.depth - 1) / 2);
            table.addRow({ depth, std::to_string(value.channel), fixed(value.value, 1),
                std::to_string(value.sequence), std::to_string(value.position),
                core::jsonText(tokenizer.piece(value.token)) });
        }
        table.print(std::cout);
    }

    void activations(const ActivationArguments& options, const core::Progress& progress)
    {
        const auto checkpoint = openModel(options.model);
        const auto sequences = readSequences(*checkpoint, options.text);
        const core::ActivationStats stats = core::activationStats(
            *checkpoint, sequences, progress.part(0, 1, "Measuring activations"));
        if (options.json) {
            core::Json inputs = core::Json::array();
            for (const core::InputStats& input : stats.inputs)
                inputs.push_back(toJson(input, *checkpoint, options.threshold));
            const core::Json json{ { "sequences", stats.sequences }, { "length", stats.length },
                { "inputs", std::move(inputs) } };
            std::cout << core::jsonText(json, 2) << '\n';
            return;
        }
        std::cout << headline(*checkpoint) << '\n'
                  << stats.sequences << " sequences of " << stats.length << " tokens\n\n";
        Table table({ "input of", "absmax", "max/median", "kurtosis", "outliers", "channels" });
        for (const core::InputStats& input : stats.inputs)
            table.addRow(toRow(input, *checkpoint, options.threshold));
        table.print(std::cout);
        printLargest(stats, checkpoint->tokenizer());
    }

} // namespace

void addActivations(CLI::App& app, Action& action)
{
    const auto options = std::make_shared<ActivationArguments>();
    CLI::App* command = app.add_subcommand(
        "activations", "Measures what flows into every linear layer on a calibration text");
    command->add_option("model", options->model, "Folder (safetensors) or GGUF file")->required();
    command->add_option("--calibration", options->text.file, "Calibration text (UTF-8)")
        ->required();
    addCount(*command, "--ctx", options->text.length,
        "Tokens a sequence (default: the model's context, at most 512)");
    addCount(*command, "--sequences", options->text.sequences, "Sequences to use (default: all)");
    command
        ->add_option("--threshold", options->threshold,
            "Outlier channels: absmax over this many times the median")
        ->capture_default_str()
        ->check(positive());
    command->add_flag("--json", options->json, "Print one JSON object");
    command->callback([options, &action] {
        action = [options](const core::Progress& progress, ProgressLine&) {
            activations(*options, progress);
        };
    });
}

} // namespace cli
