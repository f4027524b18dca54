// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/input.h"
#include "core/files/json.h"
#include "core/simulate/simulation.h"

#include <memory>
#include <string>

namespace CLI {
class App;
}

namespace cli {

/// The options that make `evaluate` simulate arithmetic of fewer bits.
struct ArithmeticWords {
    std::string scope; ///< "static", "dynamic"; empty: full precision
    int bits = 8;
    bool asymmetric = false;
    std::string estimator = "mse";
    double percentile = core::RangeOptions().percentile;
    double deviations = core::RangeOptions().deviations;
    int weightBits = 0;
    std::string smoothing; ///< "auto", a strength, or empty
    double outliers = 0;
    bool correctsBias = false;
    bool asLlama = false;
    TextOptions calibration;

    bool isUsed() const { return !scope.empty() || correctsBias || asLlama; }
};
void addArithmetic(CLI::App& command, ArithmeticWords& words);

/// What the words say. Throws Error.
core::Simulation simulationOf(const ArithmeticWords& words,
    const std::shared_ptr<const core::Checkpoint>& model,
    const std::shared_ptr<const core::Checkpoint>& original, const core::Progress& progress);

/// What was found about each input: "activations" of evaluate --json.
core::Json arithmeticJson(const core::IntegerArithmetic& arithmetic);
void printArithmetic(const core::IntegerArithmetic& arithmetic);

} // namespace cli
