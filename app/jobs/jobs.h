// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/jobs/jobgate.h"
#include "core/base/progress.h"

#include <QElapsedTimer>
#include <QObject>
#include <QString>
#include <QThreadPool>

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <type_traits>

namespace app {

using JobId = int; ///< from 1; each start() gives the next one

/// How far the running job is.
struct JobState {
    JobId id = 0;
    QString title;
    QString step; ///< what it is doing: "layer 2 of 4"
    double done = 0; ///< 0 … 1
    double elapsed = 0; ///< seconds, pauses left out
    std::optional<double> left; ///< seconds; none until it can be told
    bool paused = false;
};

/// Runs long computations on one worker thread, one after the other, in the order started.
/// The only place in the window's program that has a thread, catches an exception or cancels.
class Jobs : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;
    /// Cancels what is left and waits for the worker; no `then` runs after that.
    ~Jobs() override;

    /// Runs `work(progress)` on the worker thread, then `then(result)` on this object's thread.
    /// `work` owns everything it uses (captures by value; never `this`). Exactly one of
    /// finished(), failed() and cancelled() follows; `then` runs only before finished().
    template<typename Work, typename Then>
    JobId start(const QString& title, Work work, Then then);

    /// A function for `work` to call that runs `then` with its argument on this object's thread,
    /// in order, before the job's end; dropped once this object is gone. Safe from any thread.
    template<typename Value>
    std::function<void(const Value&)> relay(std::function<void(const Value&)> then);

    /// Cancels the running job and every waiting one.
    void cancel();
    /// Holds the running job at its next report, or lets it go on.
    void setPaused(bool paused);

    /// How the running job tells what is left of it from now on, in place of the share that is
    /// done: seconds, from those that have passed; nothing: not known. Forgotten at its end.
    using Forecast = std::function<std::optional<double>(double elapsed)>;
    void setForecast(Forecast forecast) { m_forecast = std::move(forecast); }
    double elapsed() const; ///< seconds of the running job, pauses left out

    /// Blocks until the worker has nothing left to do; what it did is delivered later.
    void waitForWorker() { m_pool.waitForDone(); }

    bool isIdle() const { return m_unfinished == 0; }
    bool isPaused() const { return m_state.paused; }
    const JobState& state() const { return m_state; } ///< of the running job; id 0 if there is none

signals:
    void started(app::JobId id, const QString& title);
    void progressed(const app::JobState& state);
    void pausedChanged(); ///< by setPaused, while a job runs
    void finished(app::JobId id, const QString& title, double seconds);
    void failed(app::JobId id, const QString& title, const QString& reason);
    void cancelled(app::JobId id, const QString& title);

private:
    using Delivery = std::function<void()>;
    JobId enqueue(const QString& title, std::function<Delivery(const core::Progress&)> work);
    void begin(JobId id, const QString& title);
    void report(double done, const QString& step);
    void end(const std::function<void(double seconds)>& ending);

    JobGate m_gate; // before the pool: the worker waits at it
    QThreadPool m_pool; // its one thread stays, once it is there
    bool m_hasThread = false;
    std::stop_source m_stop;
    JobState m_state;
    Forecast m_forecast; ///< empty: the share that is done tells
    QElapsedTimer m_clock; ///< since the job began or was resumed
    double m_elapsedBefore = 0; ///< seconds until it was paused
    JobId m_last = 0;
    int m_unfinished = 0;
};

template<typename Work, typename Then>
JobId Jobs::start(const QString& title, Work work, Then then)
{
    using Result = std::invoke_result_t<Work&, const core::Progress&>;
    return enqueue(title,
        [work = std::move(work), then = std::move(then)](
            const core::Progress& progress) mutable -> Delivery {
            auto result = std::make_shared<Result>(work(progress));
            return [result, then]() mutable { then(std::move(*result)); };
        });
}

template<typename Value>
std::function<void(const Value&)> Jobs::relay(std::function<void(const Value&)> then)
{
    return [this, then = std::move(then)](const Value& value) {
        QMetaObject::invokeMethod(
            this, [then, value] { then(value); }, Qt::QueuedConnection);
    };
}

} // namespace app
