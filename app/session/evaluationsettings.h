// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/session/textsettings.h"
#include "core/simulate/simulation.h"

#include <QString>

namespace app {

/// What a run is measured on and how its layers compute meanwhile.
struct EvaluationSettings {
    TextSettings text;
    core::SimulationOptions simulation;
    TextSettings calibration; ///< where the simulation finds its ranges; empty if it needs none

    bool operator==(const EvaluationSettings&) const = default;
};

/// JSON: {"text", "simulation", "calibration"}. Throws core::Error naming `place`.
core::Json evaluationSettingsToJson(const EvaluationSettings& settings);
EvaluationSettings evaluationSettingsFromJson(const core::Json& json, const std::string& place);

/// "evaluation.txt, 20 chunks of 256 tokens, activations as llama.cpp rounds them".
QString evaluationDescription(const EvaluationSettings& settings);

} // namespace app
