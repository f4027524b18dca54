// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/evaluationsettings.h"

#include "widgets/pages/compare/simulationtext.h"

#include <nlohmann/json.hpp>

namespace app {

core::Json evaluationSettingsToJson(const EvaluationSettings& settings)
{
    return { { "text", textToJson(settings.text) },
        { "simulation", core::simulationToJson(settings.simulation) },
        { "calibration", textToJson(settings.calibration) } };
}

EvaluationSettings evaluationSettingsFromJson(const core::Json& json, const std::string& place)
{
    return { textFromJson(core::jsonPart(json, "text", place), place),
        core::simulationFromJson(core::jsonPart(json, "simulation", place), place),
        textFromJson(core::jsonPart(json, "calibration", place), place) };
}

QString evaluationDescription(const EvaluationSettings& settings)
{
    QString description = textDescription(settings.text);
    if (settings.simulation != core::SimulationOptions())
        description += QStringLiteral(", ") + widgets::simulationText(settings.simulation);
    return description;
}

} // namespace app
