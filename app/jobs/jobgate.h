// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace app {

/// A gate at which the worker of Jobs waits while its job is paused. Safe from any thread.
class JobGate {
public:
    void close();
    void open();
    /// Returns when the gate is open or a stop is requested.
    void pass(const std::stop_token& stop);

private:
    std::mutex m_mutex;
    std::condition_variable_any m_opened;
    bool m_closed = false;
};

} // namespace app
