// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/parallel.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>
#include <vector>

#include <sched.h>

namespace core {

namespace {

    std::atomic<unsigned> threadLimit = 0; // 0: none; the one setting that belongs to the process

    /// One call of parallelFor. Lives on its caller's stack.
    struct Loop {
        std::size_t count;
        const std::function<void(std::size_t)>& body;
        std::atomic<std::size_t> next = 0;
        std::exception_ptr failure{}; ///< guarded by the team's mutex, as the two below
        std::size_t seats = 0; ///< helpers that may still join
        std::size_t helpers = 0; ///< helpers inside
    };

    /// The helping threads: they sleep between loops, because starting them anew for each would
    /// cost 63 processors a millisecond, longer than a whole loop of a small model. They are the
    /// one thing in core that outlives a call; nobody can tell but by the clock.
    class Team {
    public:
        ~Team()
        {
            {
                const std::lock_guard lock(m_mutex);
                m_ends = true;
            }
            m_wake.notify_all();
        } // the jthreads join

        void run(Loop& loop, std::size_t helpers)
        {
            {
                const std::lock_guard lock(m_mutex);
                grow(helpers);
                loop.seats = helpers;
                m_loops.push_back(&loop);
            }
            m_wake.notify_all();
            work(loop);
            std::unique_lock lock(m_mutex);
            std::erase(m_loops, &loop);
            m_done.wait(lock, [&] { return loop.helpers == 0; });
        }

        void work(Loop& loop)
        {
            for (std::size_t i = loop.next++; i < loop.count; i = loop.next++) {
                try {
                    loop.body(i);
                } catch (...) {
                    const std::lock_guard lock(m_mutex);
                    if (!loop.failure)
                        loop.failure = std::current_exception();
                    loop.next = loop.count;
                }
            }
        }

    private:
        /// Up to `helpers` threads; fewer where the system gives no more. It is asked once more
        /// only by a later loop, which is soon enough.
        void grow(std::size_t helpers)
        {
            try {
                while (m_threads.size() < helpers)
                    m_threads.emplace_back([this] { help(); });
            } catch (const std::system_error&) { // no thread
            } catch (const std::bad_alloc&) { // no memory for one
            }
        }

        /// One that a thread may join. A team grown larger than the limit does not use all of it.
        Loop* openLoop() const
        {
            const unsigned limit = threadLimit;
            if (limit != 0 && m_working + 1 >= limit) // 1: the caller
                return nullptr;
            const auto found = std::find_if(m_loops.begin(), m_loops.end(),
                [](const Loop* loop) { return loop->seats > 0 && loop->next < loop->count; });
            return found == m_loops.end() ? nullptr : *found;
        }

        void help()
        {
            std::unique_lock lock(m_mutex);
            for (;;) {
                Loop* loop = nullptr;
                m_wake.wait(lock, [&] { return m_ends || (loop = openLoop()) != nullptr; });
                if (m_ends)
                    return;
                --loop->seats;
                ++loop->helpers;
                ++m_working;
                lock.unlock();
                work(*loop);
                lock.lock();
                --m_working;
                if (--loop->helpers == 0)
                    m_done.notify_all();
            }
        }

        std::mutex m_mutex;
        std::condition_variable m_wake; ///< a loop was opened, or the team ends
        std::condition_variable m_done; ///< the last helper left a loop
        std::vector<Loop*> m_loops;
        std::size_t m_working = 0; ///< helpers inside a loop
        bool m_ends = false;
        std::vector<std::jthread> m_threads; ///< last: joined before the rest goes
    };

} // namespace

unsigned processorCount()
{
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0)
        return 1;
    return unsigned(std::max(1, CPU_COUNT(&allowed)));
}

void setThreadLimit(unsigned threads) { threadLimit = threads; }

unsigned threadCount()
{
    const unsigned limit = threadLimit;
    return limit == 0 ? processorCount() : std::min(limit, processorCount());
}

void parallelFor(std::size_t count, const std::function<void(std::size_t)>& body)
{
    static Team team;
    Loop loop{ count, body };
    const std::size_t threads = std::min<std::size_t>(threadCount(), count);
    if (threads > 1)
        team.run(loop, threads - 1);
    else
        team.work(loop);
    if (loop.failure)
        std::rethrow_exception(loop.failure);
}

void parallelFor(
    std::size_t count, const Progress& progress, const std::function<void(std::size_t)>& body)
{
    const auto caller = std::this_thread::get_id();
    parallelFor(count, [&](std::size_t i) {
        if (std::this_thread::get_id() == caller)
            progress.at(double(i) / double(count));
        else
            progress.checkCancelled();
        body(i);
    });
}

} // namespace core
