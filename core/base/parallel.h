// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <functional>

namespace core {

/// The processors this process may use (its affinity mask, so `taskset` limits it), at least 1.
unsigned processorCount();

/// Calls body(i) once for every i in [0, count), on all processors (on fewer where the system gives
/// no more threads), and returns when all are done.
/// The order is unspecified: a body writes only to what belongs to its `i`, so that the result is
/// the same for any number of threads. The first exception of a body is rethrown here after the
/// others have stopped. Bodies are meant to be coarse (over 50 µs).
void parallelFor(std::size_t count, const std::function<void(std::size_t)>& body);

} // namespace core
