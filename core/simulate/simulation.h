// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/json.h"
#include "core/simulate/integerarithmetic.h"

#include <memory>
#include <vector>

namespace core {

/// How the linear layers of a model compute while it is measured. Nothing of it is stored in a
/// file.
struct SimulationOptions {
    enum class Arithmetic {
        FullPrecision,
        AsLlama, ///< activations rounded as llama.cpp's processor code does, GgmlArithmetic
        Integers, ///< IntegerArithmetic
    };
    Arithmetic arithmetic = Arithmetic::FullPrecision;
    ArithmeticOptions integers; ///< of Integers
    bool correctsBias = false; ///< BiasCorrection; not with AsLlama

    bool needsCalibration() const
    {
        return arithmetic != Arithmetic::AsLlama
            && (correctsBias
                || (arithmetic == Arithmetic::Integers && integers.needsCalibration()));
    }
    bool operator==(const SimulationOptions&) const = default;
};

/// JSON: {"arithmetic": "full" | "as-llama" | "integers", "corrects_bias": false, "integers":
/// {"static", "estimator", "percentile", "deviations", "bits", "symmetric", "weight_bits",
/// "smoothing", "outlier_threshold"}}. Throws Error naming `place` and what is unknown or missing.
Json simulationToJson(const SimulationOptions& options);
SimulationOptions simulationFromJson(const Json& json, const std::string& place);

/// What a measurement computes with.
struct Simulation {
    std::shared_ptr<const IntegerArithmetic> integers; ///< null: none of its own
    std::shared_ptr<const LinearArithmetic> all; ///< all of it; null: full precision
};

/// Prepares `options` for `model`. Columns of outlier channels and the outputs that bias correction
/// aims at come from `original` (null: the model's own, and no bias correction). `calibration` may
/// be empty unless options.needsCalibration(). On all processors, the same bits for any number of
/// them. Throws Error (no calibration text, no original, a format that llama.cpp does not know),
/// Cancelled.
Simulation simulate(const SimulationOptions& options,
    const std::shared_ptr<const Checkpoint>& model,
    const std::shared_ptr<const Checkpoint>& original,
    const std::vector<std::vector<int>>& calibration, const Progress& progress);

} // namespace core
