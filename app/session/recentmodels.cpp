// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/recentmodels.h"

#include <QSettings>

namespace app {

namespace {

    constexpr int mostModels = 8;
    const auto arrayName = QStringLiteral("recentModels");

} // namespace

RecentModels::RecentModels(QSettings& settings, QObject* parent)
    : QObject(parent)
    , m_settings(settings)
{
    const int count = m_settings.beginReadArray(arrayName);
    for (int i = 0; i < count; ++i) {
        m_settings.setArrayIndex(i);
        m_models += RecentModel{ m_settings.value(QStringLiteral("path")).toString(),
            m_settings.value(QStringLiteral("facts")).toString(),
            m_settings.value(QStringLiteral("bytes")).toLongLong(),
            m_settings.value(QStringLiteral("opened")).toDateTime() };
    }
    m_settings.endArray();
}

void RecentModels::add(const RecentModel& model)
{
    m_models.removeIf([&model](const RecentModel& old) { return old.path == model.path; });
    m_models.prepend(model);
    while (m_models.size() > mostModels)
        m_models.removeLast();
    save();
}

void RecentModels::remove(const QString& path)
{
    m_models.removeIf([&path](const RecentModel& model) { return model.path == path; });
    save();
}

void RecentModels::save()
{
    m_settings.remove(arrayName);
    m_settings.beginWriteArray(arrayName, int(m_models.size()));
    for (int i = 0; i < m_models.size(); ++i) {
        m_settings.setArrayIndex(i);
        m_settings.setValue(QStringLiteral("path"), m_models[i].path);
        m_settings.setValue(QStringLiteral("facts"), m_models[i].facts);
        m_settings.setValue(QStringLiteral("bytes"), m_models[i].bytes);
        m_settings.setValue(QStringLiteral("opened"), m_models[i].opened);
    }
    m_settings.endArray();
    emit changed();
}

} // namespace app
