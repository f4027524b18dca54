// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/controllers/activationcontroller.h"

#include "widgets/notcomputed.h"

#include <QElapsedTimer>

#include <utility>

namespace app {

namespace {

    double work(const core::Checkpoint& checkpoint, double tokens)
    {
        return double(checkpoint.weights()) * tokens;
    }

} // namespace

ActivationController::ActivationController(Jobs& jobs, Session& session, SessionKeeper& keeper,
    Pace& pace, std::shared_ptr<const core::Shelf> shelf, QObject* parent)
    : QObject(parent)
    , m_jobs(jobs)
    , m_session(session)
    , m_keeper(keeper)
    , m_pace(pace)
    , m_shelf(std::move(shelf))
    , m_job(jobs, session)
{
    connect(&m_job, &SessionJob::changed, this, &ActivationController::runningChanged);
    connect(&m_job, &SessionJob::failed, this, &ActivationController::failed);
}

void ActivationController::measure()
{
    if (!whyNot().isEmpty())
        return;
    m_job.begin();
    using Timed = std::pair<MeasuredActivations, double>;
    const JobId job = m_jobs.start(
        tr("Measuring activations"),
        [checkpoint = m_session.checkpoint(), text = m_session.calibration(), shelf = m_shelf](
            const core::Progress& progress) {
            QElapsedTimer clock;
            clock.start();
            MeasuredActivations measured
                = measureActivations(*checkpoint, text, shelf.get(), progress);
            return Timed(std::move(measured), double(clock.elapsed()) / 1000);
        },
        [this, checkpoint = m_session.checkpoint(), session = m_session.id()](Timed result) {
            const core::ActivationStats& stats = *result.first.stats;
            m_pace.learn(Pace::Kind::Activations,
                work(*checkpoint, double(stats.sequences) * stats.length), result.second);
            m_keeper.setActivations(session, std::move(result.first));
        });
    m_job.follow(job);
}

QString ActivationController::whyNot() const
{
    if (!m_session.isOpen())
        return tr("No model is open.");
    if (const QString reason = widgets::whyNoText(*m_session.checkpoint()); !reason.isEmpty())
        return reason;
    if (m_session.calibration().file.empty())
        return tr("A calibration text is needed.");
    if (!m_job.isRunning())
        return {};
    return isRunning() ? tr("Activations are being measured.")
                       : tr("Activations of another model are being measured.");
}

double ActivationController::estimate(const TextSettings& text) const
{
    if (!m_session.isOpen() || text.count == 0)
        return -1;
    return m_pace
        .seconds(Pace::Kind::Activations,
            work(*m_session.checkpoint(), double(text.count) * text.length))
        .value_or(-1);
}

} // namespace app
