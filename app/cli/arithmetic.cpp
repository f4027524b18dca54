// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/arithmetic.h"

#include "app/cli/console.h"
#include "core/base/error.h"
#include "core/base/text.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <charconv>
#include <iostream>

namespace cli {

namespace {

    using Scope = core::ActivationFormat::Scope;

    /// "auto", or a number from 0 to 1.
    std::optional<double> smoothingOf(const std::string& word)
    {
        if (word.empty())
            return std::nullopt;
        if (word == "auto")
            return -1;
        double strength = -1;
        const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), strength);
        if (error != std::errc() || end != word.data() + word.size() || strength < 0
            || strength > 1)
            throw core::Error(core::text(
                "--smooth is \"", word, "\", expected auto or a migration strength from 0 to 1"));
        return strength;
    }

    core::SimulationOptions optionsOf(const ArithmeticWords& words)
    {
        using Arithmetic = core::SimulationOptions::Arithmetic;
        core::SimulationOptions options;
        options.arithmetic = words.asLlama ? Arithmetic::AsLlama
            : words.scope.empty()          ? Arithmetic::FullPrecision
                                           : Arithmetic::Integers;
        options.correctsBias = words.correctsBias;
        core::ArithmeticOptions& integers = options.integers;
        integers.activations.scope = words.scope == "static" ? Scope::Static : Scope::Dynamic;
        core::RangeOptions& range = integers.activations.range;
        range.estimator = *core::findEstimator(words.estimator); // checked while parsing
        range.percentile = words.percentile;
        range.deviations = words.deviations;
        range.bits = words.bits;
        range.symmetry = words.asymmetric ? core::Symmetry::Asymmetric : core::Symmetry::Symmetric;
        integers.weightBits = words.weightBits;
        integers.smoothing = smoothingOf(words.smoothing);
        integers.outlierThreshold = words.outliers;
        return options;
    }

    /// "attn_q, attn_k, attn_v of layer 3"
    std::string placeText(const core::InputArithmetic& input)
    {
        std::string roles;
        for (const core::Role role : input.readers)
            roles.append(roles.empty() ? "" : ", ").append(core::roleName(role));
        return core::text(roles, " of layer ", input.layer);
    }

} // namespace

void addArithmetic(CLI::App& command, ArithmeticWords& words)
{
    CLI::Option* scope
        = command
              .add_option("--activations", words.scope,
                  "Simulates integers: static rounds what linear layers read over one range found "
                  "in the calibration text, dynamic each token over its own")
              ->check(CLI::IsMember({ "static", "dynamic" }));
    const auto add = [&](CLI::Option* option) { return option->needs(scope); };
    add(command.add_option("--activation-bits", words.bits, "Bits of an activation"))
        ->capture_default_str()
        ->check(CLI::Range(2, 16));
    add(command.add_flag("--asymmetric", words.asymmetric,
        "Activations' levels follow their smallest and largest value, not a range around 0"));
    add(command.add_option("--range", words.estimator,
            "How a static range is chosen: max of what was seen, percentile, mean ± deviations, "
            "mse (smallest squared error), kl (smallest divergence of histograms)"))
        ->capture_default_str()
        ->check(CLI::IsMember({ "max", "percentile", "deviations", "mse", "kl" }));
    add(command.add_option(
            "--percentile", words.percentile, "Share of values in %, for --range percentile"))
        ->capture_default_str()
        ->check(CLI::Range(50.1, 100.0));
    add(command.add_option("--deviations", words.deviations,
            "Standard deviations on each side of the mean, for --range deviations"))
        ->capture_default_str()
        ->check(CLI::Range(0.1, 1000.0));
    add(command.add_option("--weight-bits", words.weightBits,
            "Rounds each row of the layers' matrices to so many bits (default: as they are)"))
        ->check(CLI::Range(2, 16));
    add(command.add_option("--smooth", words.smoothing,
        "SmoothQuant first: a migration strength from 0 to 1, or auto: searched for each input"));
    add(command.add_option("--outliers", words.outliers,
            "Channels that reach this magnitude in the calibration text stay in 16 bits, with "
            "their weights (LLM.int8() takes 6)"))
        ->check(positive());
    CLI::Option* correction = command.add_flag("--bias-correction", words.correctsBias,
        "Takes the mean shift of the residual stream against --against away after each half of a "
        "layer, as found in the calibration text");
    command
        .add_flag("--as-llama", words.asLlama,
            "Rounds activations as llama.cpp's processor code does for each format (8 bits in "
            "blocks of 32 or 256), to tell what that program will measure")
        ->excludes(scope)
        ->excludes(correction);
    command.add_option("--calibration", words.calibration.file,
        "Text (UTF-8) in which ranges, strengths, outlier channels and mean shifts are found");
    addCount(command, "--sequences", words.calibration.sequences,
        "Sequences of the calibration text to use (default: all)");
}

core::Simulation simulationOf(const ArithmeticWords& words,
    const std::shared_ptr<const core::Checkpoint>& model,
    const std::shared_ptr<const core::Checkpoint>& original, const core::Progress& progress)
{
    const core::SimulationOptions options = optionsOf(words);
    if (options.needsCalibration() && words.calibration.file.empty())
        throw core::Error("Static ranges, smoothing, outlier channels and mean shifts are found in "
                          "a text: --calibration FILE is needed.");
    if (options.correctsBias && !original)
        throw core::Error("Bias correction needs the outputs of the original: --against MODEL.");
    std::vector<std::vector<int>> calibration;
    if (options.needsCalibration())
        calibration = readSequences(original ? *original : *model, words.calibration);
    return core::simulate(options, model, original, calibration, progress);
}

core::Json arithmeticJson(const core::IntegerArithmetic& arithmetic)
{
    core::Json list = core::Json::array();
    for (const core::InputArithmetic& input : arithmetic.inputs()) {
        core::Json json{ { "layer", input.layer }, { "roles", core::Json::array() },
            { "outliers", input.outliers } };
        for (const core::Role role : input.readers)
            json["roles"].push_back(core::roleName(role));
        if (input.grid.highest > 0) {
            json["scale"] = input.grid.scale;
            json["zero"] = input.grid.zero;
        }
        if (input.smoothing && input.smoothing->scales.size() > 0)
            json["strength"] = input.smoothing->strength;
        list.push_back(std::move(json));
    }
    return list;
}

void printArithmetic(const core::IntegerArithmetic& arithmetic)
{
    Table table({ "input of", "step", "zero", "strength", "outliers" });
    for (const core::InputArithmetic& input : arithmetic.inputs()) {
        const bool isStatic = input.grid.highest > 0;
        const bool isSmoothed = input.smoothing && input.smoothing->scales.size() > 0;
        table.addRow({ placeText(input), isStatic ? significant(double(input.grid.scale)) : "-",
            isStatic ? std::to_string(input.grid.zero) : "-",
            isSmoothed ? fixed(input.smoothing->strength, 2) : "-",
            std::to_string(input.outliers.size()) });
    }
    table.print(std::cout);
    std::cout << '\n';
}

} // namespace cli
