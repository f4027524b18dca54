// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/simulate/simulation.h"

#include <QtCore/QString>

namespace widgets {

/// "full precision", "activations as llama.cpp rounds them",
/// "8-bit activations by token, 4-bit weights, SmoothQuant, outlier channels from 6".
QString simulationText(const core::SimulationOptions& options);

/// "all values", "percentile", "standard deviations" and so on.
QString estimatorText(core::RangeEstimator estimator);

} // namespace widgets
