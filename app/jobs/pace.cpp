// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/jobs/pace.h"

#include <QSettings>

namespace app {

Pace::Pace(QSettings& settings)
    : m_settings(settings)
{
}

Pace::Kind Pace::kindOf(core::Method method)
{
    switch (method) {
    case core::Method::RoundToNearest:
    case core::Method::Hqq: // no text either
        return Kind::RoundToNearest;
    case core::Method::Importance:
        return Kind::Importance;
    case core::Method::Gptq:
        break;
    }
    return Kind::Gptq;
}

QString Pace::key(Kind kind)
{
    switch (kind) {
    case Kind::Activations:
        return QStringLiteral("pace/activations");
    case Kind::RoundToNearest:
        return QStringLiteral("pace/rounding");
    case Kind::Importance:
        return QStringLiteral("pace/roundingByImportance");
    case Kind::Gptq:
        return QStringLiteral("pace/roundingByGptq");
    case Kind::Evaluation:
        return QStringLiteral("pace/evaluation");
    }
    return {};
}

void Pace::learn(Kind kind, double work, double seconds)
{
    if (work > 0 && seconds > 0)
        m_settings.setValue(key(kind), work / seconds);
}

std::optional<double> Pace::seconds(Kind kind, double work) const
{
    const double speed = m_settings.value(key(kind)).toDouble(); // work a second
    return speed > 0 ? std::optional(work / speed) : std::nullopt;
}

} // namespace app
