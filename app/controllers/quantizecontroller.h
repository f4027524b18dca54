// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/controllers/runforecast.h"
#include "app/jobs/jobs.h"
#include "app/jobs/pace.h"
#include "app/jobs/quantizejob.h"
#include "app/jobs/runqueue.h"
#include "app/session/sessionkeeper.h"

#include <QElapsedTimer>
#include <QObject>

#include <memory>
#include <optional>

namespace app {

/// What came of the runs that were lined up, from the first that began until nothing was left.
struct QueueOutcome {
    int done = 0, failed = 0;
    QString title; ///< of the last one
    double seconds = 0; ///< since the first began
};

/// Carries out what is lined up in the queue, one after the other: quantizes a recipe on the
/// long-running worker and measures what was lost. A run belongs to the session that asked for it:
/// its result goes there, whichever model is open by then. Finished layers are kept on the shelf,
/// so that a cancelled or killed run resumes with its own recipe and settings.
class QuantizeController : public QObject {
    Q_OBJECT

public:
    enum class Phase { Idle, Quantizing, Evaluating };

    /// `shelf` may be null: then nothing is kept.
    QuantizeController(Jobs& jobs, Session& session, SessionKeeper& keeper, RunQueue& queue,
        Pace& pace, std::shared_ptr<const core::Shelf> shelf, QObject* parent = nullptr);

    void quantize(); ///< lines the session's recipe up, to be rounded and then measured
    void evaluate(int run); ///< lines its measurement up
    const RunQueue& queue() const { return m_queue; }
    void resume(int queued); ///< an interrupted or failed run, as it was asked for
    void discard(int queued); ///< takes a run that is not active out
    void pause(); ///< holds the queue and the run that is active
    void goOn(); ///< the other way
    bool isPaused() const; ///< what is active is held, or nothing is and the queue is held

    /// Why the one or the other cannot be lined up; empty: it can.
    QString whyNotQuantize() const;
    QString whyNotEvaluate() const;

    /// Of the open session; another's run makes it not busy.
    Phase phase() const;
    bool isBusy() const { return m_current.has_value(); } ///< of whichever session
    int evaluatedRun() const { return m_evaluated; } ///< while evaluating
    /// The run that a job of the long-running worker is for; null: the job is another's.
    const QueuedRun* runOf(JobId job) const;
    /// The first run of the open session that stopped before its end; null if there is none.
    const QueuedRun* interrupted() const;

    const RunForecast& forecast() const { return *m_forecast; }

signals: // all of the open session's runs only, but for phaseChanged and allDone
    void phaseChanged();
    void started(); ///< a quantization
    void tensorDone(const core::TensorReport& report);
    void quantized(int run);
    void evaluated(int run);
    void cancelled(app::QuantizeController::Phase phase);
    void failed(app::QuantizeController::Phase phase, const QString& reason);
    void allDone(const app::QueueOutcome& outcome); ///< nothing goes on and nothing begins

private:
    /// What is being done.
    struct Current {
        QueuedRun queued;
        Phase phase = Phase::Quantizing;
        JobId job = 0;
        int run = 0; ///< its number in the open session's list; 0: not there
        std::shared_ptr<const Run> result; ///< once it is rounded
        std::shared_ptr<const core::Checkpoint> original; ///< once it is open
    };
    void startNext();
    void startRounding();
    void startMeasuring();
    void finishRounding(QuantizedRun result);
    void finishUnmeasured(); ///< a run of a model that no text can run through
    void finishMeasuring(MeasuredRun measured, double seconds);
    void end(QueuedRun::State state, const QString& reason);
    void settle(); ///< starts the next, or tells that there is none
    /// The run of the open session with the same layers that the program ended before measuring; 0:
    /// none.
    int unmeasured(const Run& run) const;
    bool isOpen() const { return m_current && m_current->queued.session == m_session.id(); }

    Jobs& m_jobs;
    Session& m_session;
    SessionKeeper& m_keeper;
    RunQueue& m_queue;
    Pace& m_pace;
    std::shared_ptr<const core::Shelf> m_shelf;
    RunForecast* m_forecast;
    std::optional<Current> m_current;
    core::RunClock m_runClock; ///< of the run that is rounded
    QueueOutcome m_outcome;
    QElapsedTimer m_clock; ///< since the queue began
    bool m_settling = false; ///< what ended is told before the next begins
    int m_evaluated = 0;
};

} // namespace app
