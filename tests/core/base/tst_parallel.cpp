// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/base/parallel.h"

#include <QTest>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <mutex>
#include <numeric>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

class TestParallel : public QObject {
    Q_OBJECT
private slots:
    /// First: once threads are there, none has to be refused.
    void worksOnFewerThreadsWhereTheSystemGivesNoMore()
    {
#ifdef __SANITIZE_ADDRESS__
        QSKIP("AddressSanitizer needs many terabytes of addresses");
#endif
        const pid_t child = ::fork();
        if (child == 0) { // its limit and its threads stay its own
            rlimit few{ 1 << 20, 1 << 20 }; // no room for a thread's stack
            ::setrlimit(RLIMIT_AS, &few);
            ::alarm(20);
            std::array<int, 100> calls{};
            core::parallelFor(calls.size(), [&](std::size_t i) { ++calls[i]; });
            const bool all = std::all_of(calls.begin(), calls.end(), [](int n) { return n == 1; });
            ::_exit(all ? 0 : 1);
        }
        int status = -1;
        QCOMPARE(::waitpid(child, &status, 0), child);
        QCOMPARE(status, 0);
    }

    void callsEveryIndexOnce()
    {
        for (const std::size_t count : { 0, 1, 2, 3, 1000 }) {
            std::vector<std::atomic<int>> calls(count);
            core::parallelFor(count, [&](std::size_t i) { ++calls[i]; });
            for (const auto& call : calls)
                QCOMPARE(call.load(), 1);
        }
    }

    void saysHowFarItIsFromTheCallingThreadAndStopsWhenAsked()
    {
        const auto caller = std::this_thread::get_id();
        std::stop_source stop;
        std::vector<double> said;
        const core::Progress progress(stop.get_token(), [&](double done, const std::string&) {
            said.push_back(std::this_thread::get_id() == caller ? done : -1);
            if (said.size() == 3)
                stop.request_stop();
        });
        QVERIFY_EXCEPTION_THROWN(
            core::parallelFor(1000, progress,
                [](std::size_t) { std::this_thread::sleep_for(std::chrono::milliseconds(1)); }),
            core::Cancelled);
        QCOMPARE(said.size(), std::size_t(3));
        QVERIFY(std::ranges::is_sorted(said) && said.front() >= 0 && said.back() < 1);
    }

    void usesSeveralThreadsWhereThereAreProcessors()
    {
        if (core::processorCount() < 2)
            QSKIP("this machine gives the test one processor");
        std::mutex mutex;
        std::set<std::thread::id> threads;
        for (int attempt = 0; attempt < 50 && threads.size() < 2; ++attempt)
            core::parallelFor(8, [&](std::size_t) {
                std::this_thread::sleep_for(std::chrono::milliseconds(2));
                const std::lock_guard lock(mutex);
                threads.insert(std::this_thread::get_id());
            });
        QVERIFY(threads.size() >= 2);
    }

    void rethrowsAnExceptionAfterAllHaveStopped()
    {
        std::atomic<int> running = 0;
        for (int repetition = 0; repetition < 100; ++repetition) {
            QVERIFY_EXCEPTION_THROWN(core::parallelFor(100,
                                         [&](std::size_t i) {
                                             ++running;
                                             std::this_thread::yield();
                                             --running;
                                             if (i % 7 == 3)
                                                 throw std::runtime_error("seven");
                                         }),
                std::runtime_error);
            QCOMPARE(running.load(), 0);
        }
    }

    void startsNoMoreBodiesAfterAFailure()
    {
        std::atomic<int> calls = 0;
        QVERIFY_EXCEPTION_THROWN(core::parallelFor(1'000'000,
                                     [&](std::size_t) {
                                         ++calls;
                                         throw std::runtime_error("first");
                                     }),
            std::runtime_error);
        QVERIFY(calls <= int(core::processorCount()));
    }

    void worksInsideItself()
    {
        std::vector<std::atomic<int>> calls(20 * 30);
        core::parallelFor(20, [&](std::size_t i) {
            core::parallelFor(30, [&](std::size_t j) { ++calls[i * 30 + j]; });
        });
        for (const auto& call : calls)
            QCOMPARE(call.load(), 1);
    }

    void usesNoMoreThreadsThanAllowed()
    {
        const auto mostAtOnce = [] {
            std::atomic<int> running = 0, most = 0;
            const auto enter = [&](std::size_t) {
                const int now = ++running;
                for (int before = most; before < now && !most.compare_exchange_weak(before, now);)
                    ;
                std::this_thread::sleep_for(std::chrono::microseconds(200));
                --running;
            };
            core::parallelFor(8, [&](std::size_t) { core::parallelFor(4, enter); });
            return most.load();
        };
        (void)mostAtOnce(); // the team is as large as it gets
        core::setThreadLimit(1);
        QCOMPARE(core::threadCount(), 1u);
        QCOMPARE(mostAtOnce(), 1);
        core::setThreadLimit(2);
        QCOMPARE(core::threadCount(), std::min(2u, core::processorCount()));
        QVERIFY(mostAtOnce() <= 2);
        core::setThreadLimit(100'000);
        QCOMPARE(core::threadCount(), core::processorCount());
        core::setThreadLimit(0);
        QCOMPARE(core::threadCount(), core::processorCount());
    }

    void worksBesideLoops()
    {
        std::atomic<bool> isToEnd = false;
        auto beside = core::startBeside([&isToEnd] {
            while (!isToEnd)
                std::this_thread::yield();
            return 7;
        });
        std::atomic<int> calls = 0;
        core::parallelFor(10, [&](std::size_t) { ++calls; }); // while it works
        QCOMPARE(calls.load(), 10);
        isToEnd = true;
        QCOMPARE(beside.get(), 7);
        auto failing = core::startBeside([]() -> int { throw core::Error("the disk is full"); });
        QVERIFY_EXCEPTION_THROWN(failing.get(), core::Error);
    }

    void worksFromSeveralThreadsAtOnce()
    {
        std::atomic<long> sum = 0;
        {
            std::vector<std::jthread> callers;
            for (int caller = 0; caller < 4; ++caller)
                callers.emplace_back([&] {
                    for (int repetition = 0; repetition < 200; ++repetition)
                        core::parallelFor(10, [&](std::size_t i) { sum += long(i); });
                });
        }
        QCOMPARE(sum.load(), 4L * 200 * 45);
    }
};

QTEST_APPLESS_MAIN(TestParallel)
#include "tst_parallel.moc"
