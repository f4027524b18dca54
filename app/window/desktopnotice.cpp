// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/desktopnotice.h"

#include <QCoreApplication>
#include <QDBusMessage>
#include <QVariantMap>

namespace app {

DesktopNotice::DesktopNotice(const QDBusConnection& bus, QObject* parent)
    : QObject(parent)
    , m_bus(bus)
{
}

void DesktopNotice::send(const QString& title, const QString& text) const
{
    if (!m_bus.isConnected())
        return;
    QDBusMessage message
        = QDBusMessage::createMethodCall(QStringLiteral("org.freedesktop.Notifications"),
            QStringLiteral("/org/freedesktop/Notifications"),
            QStringLiteral("org.freedesktop.Notifications"), QStringLiteral("Notify"));
    message << QCoreApplication::applicationName() << 0U // replaces none
            << QStringLiteral("quantscope") // icon
            << title << text.toHtmlEscaped() << QStringList() << QVariantMap()
            << -1; // stays as long as the desktop likes
    m_bus.send(message);
}

} // namespace app
