// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/jobs/jobgate.h"

namespace app {

void JobGate::close()
{
    const std::lock_guard lock(m_mutex);
    m_closed = true;
}

void JobGate::open()
{
    {
        const std::lock_guard lock(m_mutex);
        m_closed = false;
    }
    m_opened.notify_all();
}

void JobGate::pass(const std::stop_token& stop)
{
    std::unique_lock lock(m_mutex);
    m_opened.wait(lock, stop, [this] { return !m_closed; });
}

} // namespace app
