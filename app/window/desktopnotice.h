// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDBusConnection>
#include <QObject>

namespace app {

/// Shows a line on the desktop (org.freedesktop.Notifications). Without a bus or without anybody
/// who shows it nothing happens; it never waits for an answer.
class DesktopNotice : public QObject {
    Q_OBJECT

public:
    explicit DesktopNotice(const QDBusConnection& bus, QObject* parent = nullptr);

    void send(const QString& title, const QString& text) const;

private:
    QDBusConnection m_bus;
};

} // namespace app
