// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/presenters/queuepresenter.h"

#include "app/presenters/queuerows.h"
#include "widgets/bar/jobarea.h"
#include "widgets/bar/queuelist.h"

#include <algorithm>

namespace app {

QueuePresenter::QueuePresenter(widgets::QueueList& list, widgets::JobArea& area, RunQueue& queue,
    QuantizeController& controller, Jobs& jobs, QObject* parent)
    : QObject(parent)
    , m_list(list)
    , m_area(area)
    , m_queue(queue)
    , m_controller(controller)
{
    connectList();
    connect(
        &area, &widgets::JobArea::queueRequested, &list, [&list, &area] { list.showAbove(area); });
    connect(&queue, &RunQueue::changed, this, &QueuePresenter::fill);
    connect(&controller, &QuantizeController::phaseChanged, this, &QueuePresenter::fill);
    connect(&jobs, &Jobs::pausedChanged, this, [this] {
        if (m_controller.isBusy())
            fill();
    });
    fill();
}

void QueuePresenter::connectList()
{
    using widgets::QueueList;
    connect(&m_list, &QueueList::moveRequested, &m_queue, &RunQueue::move);
    connect(&m_list, &QueueList::removeRequested, &m_controller, &QuantizeController::discard);
    connect(&m_list, &QueueList::resumeRequested, &m_controller, &QuantizeController::resume);
    connect(&m_list, &QueueList::resumeAllRequested, &m_queue, &RunQueue::resumeAll);
    connect(&m_list, &QueueList::pauseRequested, &m_controller, &QuantizeController::pause);
    connect(&m_list, &QueueList::goOnRequested, &m_controller, &QuantizeController::goOn);
    connect(&m_list, &QueueList::holdRequested, &m_queue, &RunQueue::hold);
    connect(&m_list, &QueueList::releaseRequested, &m_queue, &RunQueue::release);
}

void QueuePresenter::fill()
{
    const bool paused = m_controller.isPaused();
    std::vector<widgets::QueueRow> rows;
    for (const QueuedRun& run : m_queue.runs())
        rows.push_back(queueRow(run, paused ? Held::Yes : Held::No));
    m_list.setRows(rows);
    m_list.setFlow({ paused, m_queue.isHeld() });
    m_area.setQueue(buttonText());
}

QString QueuePresenter::buttonText() const
{
    if (m_queue.runs().empty())
        return {};
    if (const int waiting = m_queue.waiting(); waiting > 0)
        return tr("%n waiting", "runs", waiting);
    const auto interrupted
        = std::ranges::count(m_queue.runs(), QueuedRun::State::Interrupted, &QueuedRun::state);
    return interrupted > 0 ? tr("%n interrupted", "runs", int(interrupted)) : tr("Queue");
}

} // namespace app
