// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/jobs/jobs.h"

#include <chrono>
#include <new>
#include <system_error>
#include <thread>

namespace app {

namespace {

    constexpr auto reportInterval = std::chrono::milliseconds(40);
    constexpr double leastDone = 0.03; ///< below it a time left would be a guess
    constexpr double leastElapsed = 0.5; ///< seconds, for the same reason

    /// Passes on at most one report in each reportInterval, and a new step at once.
    core::Progress::Report throttled(core::Progress::Report report)
    {
        using Clock = std::chrono::steady_clock;
        struct Last {
            Clock::time_point next;
            std::string step;
        };
        const auto last = std::make_shared<Last>(); // shared: Progress::part() copies the report
        return [report = std::move(report), last](double done, const std::string& step) {
            const auto now = Clock::now();
            if (now < last->next && step == last->step)
                return;
            *last = { now + reportInterval, step };
            report(done, step);
        };
    }

    /// Qt would let a job wait forever where the system gives no thread for it.
    bool canStartThread()
    {
        try {
            std::thread([] {}).join();
            return true;
        } catch (const std::system_error&) {
            return false;
        }
    }

} // namespace

Jobs::~Jobs()
{
    m_stop.request_stop();
    m_pool.waitForDone();
}

void Jobs::cancel()
{
    m_stop.request_stop();
    m_stop = std::stop_source();
    setPaused(false);
}

void Jobs::setPaused(bool paused)
{
    if (paused == m_state.paused || (paused && m_state.id == 0))
        return;
    if (paused) {
        m_elapsedBefore = elapsed();
        m_gate.close();
    } else {
        m_clock.restart();
        m_gate.open();
    }
    m_state.paused = paused;
    emit progressed(m_state);
    emit pausedChanged();
}

JobId Jobs::enqueue(const QString& title, std::function<Delivery(const core::Progress&)> work)
{
    m_pool.setMaxThreadCount(1);
    m_pool.setExpiryTimeout(-1);
    ++m_unfinished;
    const JobId id = ++m_last;

    // Runs `ending` on this object's thread. It is dropped if this object is gone by then.
    const auto post = [this](std::function<void()> ending) {
        QMetaObject::invokeMethod(this, std::move(ending), Qt::QueuedConnection);
    };

    if (!m_hasThread && m_unfinished == 1 && !canStartThread()) {
        post([this, id, title] {
            begin(id, title);
            end([this, id, title](double) {
                emit failed(id, title,
                    tr("The system starts no more threads for this program (ulimit -u, ulimit "
                       "-v)."));
            });
        });
        return id;
    }
    m_pool.start(
        [this, id, title, post, stop = m_stop.get_token(), work = std::move(work)]() mutable {
            post([this, id, title] {
                m_hasThread = true;
                begin(id, title);
            });
            std::function<void(double seconds)> ending;
            try {
                const auto send = throttled([this, post](double done, const std::string& step) {
                    post([this, done, step = QString::fromStdString(step)] { report(done, step); });
                });
                const core::Progress progress(
                    stop, [this, stop, send](double done, const std::string& step) {
                        send(done, step);
                        m_gate.pass(stop);
                    });
                progress.checkCancelled();
                const Delivery deliver = work(progress);
                ending = [this, id, title, stop, deliver](double seconds) {
                    if (stop.stop_requested()) { // cancelled after the work was done
                        emit cancelled(id, title);
                        return;
                    }
                    deliver();
                    emit finished(id, title, seconds);
                };
            } catch (const core::Cancelled&) {
                ending = [this, id, title](double) { emit cancelled(id, title); };
            } catch (const std::bad_alloc&) {
                ending = [this, id, title](double) {
                    emit failed(id, title, tr("Not enough memory: the system gives no more."));
                };
            } catch (const std::exception& error) {
                ending = [this, id, title, reason = QString::fromUtf8(error.what())](
                             double) { emit failed(id, title, reason); };
            }
            post([this, ending = std::move(ending)] { end(ending); });
        });
    return id;
}

void Jobs::begin(JobId id, const QString& title)
{
    m_state = JobState{ id, title, {}, 0, 0, {}, false };
    m_elapsedBefore = 0;
    m_clock.start();
    emit started(id, title);
}

void Jobs::report(double done, const QString& step)
{
    if (m_state.id == 0)
        return;
    m_state.done = done;
    m_state.step = step;
    m_state.elapsed = elapsed();
    m_state.left.reset();
    if (done >= leastDone && m_state.elapsed >= leastElapsed)
        m_state.left = m_state.elapsed * (1 - done) / done;
    if (const auto left = m_forecast ? m_forecast(m_state.elapsed) : std::nullopt)
        m_state.left = left;
    emit progressed(m_state);
}

void Jobs::end(const std::function<void(double seconds)>& ending)
{
    --m_unfinished;
    const double seconds = elapsed();
    m_gate.open();
    m_state = {};
    m_forecast = {};
    ending(seconds);
}

double Jobs::elapsed() const
{
    const double running
        = m_state.paused || !m_clock.isValid() ? 0 : double(m_clock.elapsed()) / 1000;
    return m_elapsedBefore + running;
}

} // namespace app
