// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/queuenotice.h"

#include "app/controllers/quantizecontroller.h"
#include "widgets/format.h"

#include <QApplication>
#include <QWidget>

namespace app {

QueueNotice::QueueNotice(const QuantizeController& controller, QWidget& window, QObject* parent)
    : QObject(parent)
    , m_window(window)
{
    connect(&controller, &QuantizeController::allDone, this, &QueueNotice::tell);
}

void QueueNotice::tell(const QueueOutcome& outcome)
{
    if (m_window.isActiveWindow() || outcome.seconds < leastSeconds)
        return;
    QApplication::alert(&m_window);
    QStringList lines;
    if (outcome.done == 1 && outcome.failed == 0)
        lines += tr("%1 is done.", "a recipe").arg(outcome.title);
    else if (outcome.done > 0)
        lines += tr("%n runs are done.", nullptr, outcome.done);
    if (outcome.failed > 0)
        lines += tr("%n runs failed.", nullptr, outcome.failed);
    lines += tr("It took %1.", "a time").arg(widgets::durationText(outcome.seconds));
    emit due(outcome.failed > 0 ? tr("The queue came to its end") : tr("The queue is done"),
        lines.join(u' '));
}

} // namespace app
