// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

class QWidget;

namespace app {

class QuantizeController;
struct QueueOutcome;

/// Tells somebody who works elsewhere that the queue is done: only if the window is not active and
/// it took over a minute. The window asks for attention, and due() has the words.
class QueueNotice : public QObject {
    Q_OBJECT

public:
    static constexpr double leastSeconds = 60; ///< shorter waits are watched

    QueueNotice(const QuantizeController& controller, QWidget& window, QObject* parent = nullptr);

signals:
    void due(const QString& title, const QString& text);

private:
    void tell(const QueueOutcome& outcome);

    QWidget& m_window;
};

} // namespace app
