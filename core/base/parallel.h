// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"

#include <cstddef>
#include <functional>
#include <future>
#include <utility>

namespace core {

/// The processors this process may use (its affinity mask, so `taskset` limits it), at least 1.
unsigned processorCount();

/// How many threads loops may have from now on; 0: one for each processor. Loops that run at the
/// same time share all but the one that each of them was called on. Safe from any thread.
void setThreadLimit(unsigned threads);
/// The threads that a loop gets now: the limit, or the processors where they are fewer.
unsigned threadCount();

/// Calls body(i) once for every i in [0, count), on threadCount() threads (on fewer where the
/// system gives no more), and returns when all are done.
/// The order is unspecified: a body writes only to what belongs to its `i`, so that the result is
/// the same for any number of threads. The first exception of a body is rethrown here after the
/// others have stopped. Bodies are meant to be coarse (over 50 µs).
void parallelFor(std::size_t count, const std::function<void(std::size_t)>& body);

/// The same. Says through `progress` how many are done, whenever the calling thread begins one;
/// throws Cancelled if it is asked to stop.
void parallelFor(
    std::size_t count, const Progress& progress, const std::function<void(std::size_t)>& body);

/// Starts `work` on a thread of its own, beside loops: for what mostly waits, such as for the disk.
/// Where the system gives no thread it is done when its result is asked for. The future gives what
/// it returns or throws; its destructor waits for the end.
template<typename Work>
auto startBeside(Work work)
{
    return std::async(std::launch::async | std::launch::deferred, std::move(work));
}

} // namespace core
