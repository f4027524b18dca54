// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <functional>
#include <stop_token>
#include <string>
#include <utility>

namespace core {

/// How a long computation says how far it is and learns that it is no longer wanted.
/// Every function in core that can take more than 100 ms has one as its last parameter.
class Progress {
public:
    using Report = std::function<void(double done, const std::string& step)>;

    /// Reports to nobody and is never cancelled: for tests.
    Progress() = default;

    Progress(std::stop_token stop, Report report)
        : m_stop(std::move(stop))
        , m_report(std::move(report))
    {
    }

    /// Says that `done`, from 0 to 1, of the work is done. Throws Cancelled if asked to stop.
    /// One at a time: call it from the thread that was given this Progress.
    void at(double done) const
    {
        checkCancelled();
        if (m_report)
            m_report(m_from + done * (m_to - m_from), m_step);
    }

    /// Throws Cancelled if asked to stop. Safe from several threads, as in the body of parallelFor.
    void checkCancelled() const
    {
        if (m_stop.stop_requested())
            throw Cancelled();
    }

    /// The share of this progress from `from` to `to`, for one step of a longer computation.
    /// An empty `step` keeps the name of the longer one.
    Progress part(double from, double to, std::string step = {}) const
    {
        Progress part = *this;
        part.m_from = m_from + from * (m_to - m_from);
        part.m_to = m_from + to * (m_to - m_from);
        if (!step.empty())
            part.m_step = std::move(step);
        return part;
    }

private:
    std::stop_token m_stop;
    Report m_report;
    std::string m_step;
    double m_from = 0;
    double m_to = 1;
};

} // namespace core
