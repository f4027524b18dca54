// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/jobs/jobs.h"

#include <QScopeGuard>
#include <QSignalSpy>
#include <QTest>
#include <QThread>

#include <atomic>

#include <pthread.h>

using app::Jobs;

namespace {

const auto nothing = [](int) { QFAIL("delivered"); };

/// Reports every millisecond until it is cancelled.
int endless(const core::Progress& progress)
{
    for (;;) {
        progress.at(0.25);
        QThread::msleep(1);
    }
}

} // namespace

class TestJobs : public QObject {
    Q_OBJECT

private slots:
    void deliversTheResultOnTheCallersThread()
    {
        Jobs jobs;
        QSignalSpy finished(&jobs, &Jobs::finished);
        QThread* worker = nullptr;
        QThread* receiver = nullptr;
        int result = 0;
        jobs.start(
            "add",
            [&worker](const core::Progress&) {
                worker = QThread::currentThread();
                return 2 + 2;
            },
            [&](int sum) {
                receiver = QThread::currentThread();
                result = sum;
            });
        QVERIFY(!jobs.isIdle());
        QVERIFY(finished.wait());
        QCOMPARE(result, 4);
        QCOMPARE(receiver, QThread::currentThread());
        QVERIFY(worker != receiver);
        QVERIFY(jobs.isIdle());
        QCOMPARE(jobs.state().id, 0);
    }

    void reportsAFailureWithItsReason()
    {
        Jobs jobs;
        QSignalSpy failed(&jobs, &Jobs::failed);
        QSignalSpy finished(&jobs, &Jobs::finished);
        const auto id = jobs.start(
            "open",
            [](const core::Progress&) -> int { throw core::Error("the header ends at byte 7"); },
            nothing);
        QVERIFY(failed.wait());
        QCOMPARE(failed[0][0].toInt(), id);
        QCOMPARE(failed[0][2].toString(), "the header ends at byte 7");
        QCoreApplication::processEvents();
        QCOMPARE(finished.count(), 0);
    }

    void withoutAThreadAJobFailsInWords()
    {
#ifdef __SANITIZE_ADDRESS__
        QSKIP("AddressSanitizer starts threads in its own way");
#endif
        // A limit (ulimit -u, ulimit -v) would not do: root has none, and glibc keeps the stacks of
        // threads that ended. No stack of this size is kept or can be had.
        pthread_attr_t before, large;
        QCOMPARE(::pthread_getattr_default_np(&before), 0);
        QCOMPARE(::pthread_attr_init(&large), 0);
        QCOMPARE(::pthread_attr_setstacksize(&large, std::size_t(1) << 47), 0);
        const auto restore = qScopeGuard([&] { ::pthread_setattr_default_np(&before); });
        Jobs jobs;
        QSignalSpy failed(&jobs, &Jobs::failed);
        QCOMPARE(::pthread_setattr_default_np(&large), 0);
        jobs.start(
            "open", [](const core::Progress&) { return 1; }, nothing);
        QVERIFY(failed.wait());
        QVERIFY(failed[0][2].toString().contains("no more threads"));
        QVERIFY(jobs.isIdle());
        QCOMPARE(::pthread_setattr_default_np(&before), 0);
        QSignalSpy finished(&jobs, &Jobs::finished);
        jobs.start(
            "open", [](const core::Progress&) { return 1; }, [](int) {});
        QVERIFY(finished.wait());
    }

    void runsJobsInTheOrderStarted()
    {
        Jobs jobs;
        QSignalSpy finished(&jobs, &Jobs::finished);
        QString order;
        for (const char letter : { 'a', 'b', 'c' })
            jobs.start(
                "letter", [letter](const core::Progress&) { return letter; },
                [&order](char done) { order += QLatin1Char(done); });
        QTRY_COMPARE(finished.count(), 3);
        QCOMPARE(order, "abc");
    }

    void stopsAtTheNextReportWhenCancelled()
    {
        Jobs jobs;
        QSignalSpy cancelled(&jobs, &Jobs::cancelled);
        QSignalSpy progressed(&jobs, &Jobs::progressed);
        jobs.start("slow", endless, nothing);
        jobs.start("waiting", endless, nothing);
        QVERIFY(progressed.wait());
        jobs.cancel();
        QTRY_COMPARE(cancelled.count(), 2);
        QVERIFY(jobs.isIdle());
    }

    // Progress::part() copies the report, and with it any throttle state inside it by value.
    void throttlesReportsOfCopiedProgressesTogether()
    {
        Jobs jobs;
        QSignalSpy finished(&jobs, &Jobs::finished);
        QSignalSpy progressed(&jobs, &Jobs::progressed);
        std::atomic<int> reports = 0;
        jobs.start(
            "parts",
            [&reports](const core::Progress& progress) {
                QElapsedTimer clock;
                clock.start();
                while (clock.elapsed() < 200) {
                    progress.part(0.5, 1, "second half").at(0.5);
                    ++reports;
                    QThread::usleep(200);
                }
                return 0;
            },
            [](int) {});
        QVERIFY(finished.wait());
        QVERIFY2(reports > 100, qPrintable(QString::number(reports)));
        QVERIFY2(progressed.count() >= 2 && progressed.count() <= 8,
            qPrintable(QString::number(progressed.count())));
        const auto last = progressed.last()[0].value<app::JobState>();
        QCOMPARE(last.step, "second half");
        QCOMPARE(last.done, 0.75);
    }

    void neverEntersAJobCancelledBeforeItsFirstLine()
    {
        Jobs jobs;
        QSignalSpy cancelled(&jobs, &Jobs::cancelled);
        std::atomic<bool> entered = false;
        jobs.start("endless", endless, nothing);
        jobs.start(
            "waiting",
            [&entered](const core::Progress&) {
                entered = true;
                return 1;
            },
            nothing);
        jobs.cancel();
        QTRY_COMPARE(cancelled.count(), 2);
        QVERIFY(!entered);
    }

    void deliversNothingWhenCancelledAfterTheWorkWasDone()
    {
        Jobs jobs;
        QSignalSpy cancelled(&jobs, &Jobs::cancelled);
        std::atomic<bool> done = false;
        jobs.start(
            "quick",
            [&done](const core::Progress&) {
                done = true;
                return 1;
            },
            nothing);
        while (!done)
            QThread::msleep(1); // no event loop here, so nothing is delivered yet
        QThread::msleep(20);
        jobs.cancel();
        QVERIFY(cancelled.wait());
    }

    void runsAgainAfterCancel()
    {
        Jobs jobs;
        QSignalSpy finished(&jobs, &Jobs::finished);
        jobs.cancel();
        jobs.start(
            "again", [](const core::Progress&) { return 1; }, [](int) {});
        QVERIFY(finished.wait());
    }

    void standsStillWhilePaused()
    {
        Jobs jobs;
        QSignalSpy progressed(&jobs, &Jobs::progressed);
        QSignalSpy cancelled(&jobs, &Jobs::cancelled);
        QSignalSpy paused(&jobs, &Jobs::pausedChanged);
        std::atomic<int> steps = 0;
        jobs.start(
            "steps",
            [&steps](const core::Progress& progress) {
                for (;; ++steps) {
                    progress.at(0.1);
                    QThread::msleep(1);
                }
                return 0;
            },
            nothing);
        QVERIFY(progressed.wait());
        jobs.setPaused(true);
        QVERIFY(jobs.isPaused());
        QTest::qWait(50); // at most one step is still on its way
        const int atPause = steps;
        QTest::qWait(50);
        QCOMPARE(steps.load(), atPause);
        QCOMPARE(paused.size(), 1);
        jobs.setPaused(false);
        QCOMPARE(paused.size(), 2);
        QTRY_VERIFY(steps > atPause);
        jobs.setPaused(true);
        jobs.cancel();
        QVERIFY(cancelled.wait());
    }

    void tellsTheTimeLeft()
    {
        Jobs jobs;
        QSignalSpy progressed(&jobs, &Jobs::progressed);
        jobs.start("quarter", endless, nothing);
        QTRY_VERIFY(
            !progressed.isEmpty() && progressed.last()[0].value<app::JobState>().left.has_value());
        const auto state = progressed.last()[0].value<app::JobState>();
        QVERIFY(std::abs(*state.left - 3 * state.elapsed) < 1e-9); // a quarter is done
        jobs.cancel();
    }

    void aForecastTellsTheTimeLeftInPlaceOfTheShare()
    {
        Jobs jobs;
        std::optional<double> left;
        double asked = -1;
        connect(
            &jobs, &Jobs::progressed, this, [&](const app::JobState& state) { left = state.left; });
        jobs.setForecast([&](double elapsed) {
            asked = elapsed;
            return std::optional(4711.0);
        });
        jobs.start("forecast", endless, nothing);
        QTRY_COMPARE(left.value_or(0), 4711.0);
        QVERIFY(asked >= 0);
        jobs.cancel();
        QTRY_VERIFY(jobs.isIdle());
        left.reset();
        jobs.start("share", endless, nothing);
        QTRY_VERIFY(left && *left < 4711);
        jobs.cancel();
        jobs.waitForWorker();
    }

    void waitsForTheWorkerWhenDestroyed()
    {
        std::atomic<bool> entered = false;
        std::atomic<bool> left = false;
        const auto work = [&](const core::Progress& progress) {
            const auto leaving = qScopeGuard([&] { left = true; });
            entered = true;
            return endless(progress);
        };
        {
            Jobs jobs;
            jobs.start("endless", work, nothing);
            while (!entered)
                QThread::msleep(1);
            jobs.setPaused(true);
        }
        QVERIFY(left);
        QCoreApplication::processEvents(); // nothing left in the event queue runs
    }
};

QTEST_GUILESS_MAIN(TestJobs)
#include "tst_jobs.moc"
