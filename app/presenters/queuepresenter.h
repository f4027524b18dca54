// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/controllers/quantizecontroller.h"

#include <QObject>

namespace widgets {
class JobArea;
class QueueList;
}

namespace app {

/// Fills the queue's window and the button that opens it from what is lined up, and carries out
/// what is asked for there.
class QueuePresenter : public QObject {
    Q_OBJECT

public:
    QueuePresenter(widgets::QueueList& list, widgets::JobArea& area, RunQueue& queue,
        QuantizeController& controller, Jobs& jobs, QObject* parent = nullptr);

private:
    void connectList();
    void fill();
    QString buttonText() const;

    widgets::QueueList& m_list;
    widgets::JobArea& m_area;
    RunQueue& m_queue;
    QuantizeController& m_controller;
};

} // namespace app
