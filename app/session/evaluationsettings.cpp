// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/evaluationsettings.h"

#include "widgets/pages/compare/simulationtext.h"

namespace app {

QString evaluationDescription(const EvaluationSettings& settings)
{
    QString description = textDescription(settings.text);
    if (settings.simulation != core::SimulationOptions())
        description += QStringLiteral(", ") + widgets::simulationText(settings.simulation);
    return description;
}

} // namespace app
