// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulate/simulation.h"

#include "core/base/error.h"
#include "core/simulate/biascorrection.h"
#include "core/simulate/ggmlarithmetic.h"

namespace core {

Simulation simulate(const SimulationOptions& options,
    const std::shared_ptr<const Checkpoint>& model,
    const std::shared_ptr<const Checkpoint>& original,
    const std::vector<std::vector<int>>& calibration, const Progress& progress)
{
    using Arithmetic = SimulationOptions::Arithmetic;
    Simulation simulation;
    if (options.arithmetic == Arithmetic::AsLlama) {
        simulation.all = std::make_shared<const GgmlArithmetic>(*model);
        return simulation;
    }
    if (calibration.empty() && options.needsCalibration())
        throw Error("Static ranges, smoothing, outlier channels and mean shifts are found in a "
                    "text: a calibration text is needed.");
    if (options.correctsBias && !original)
        throw Error("Bias correction needs the outputs of the original model to compare with.");
    const double half = options.correctsBias ? 0.5 : 1;
    if (options.arithmetic == Arithmetic::Integers)
        simulation.all = simulation.integers = std::make_shared<const IntegerArithmetic>(
            model, original, calibration, options.integers, progress.part(0, half));
    if (options.correctsBias)
        simulation.all = std::make_shared<const BiasCorrection>(
            *model, simulation.integers, *original, calibration, progress.part(half, 1));
    return simulation;
}

} // namespace core
