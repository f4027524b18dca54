// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"

#include <stop_token>

namespace app {

/// Stops one job and leaves the others of its worker as they are. Copies stand for the same job.
class OwnStop {
public:
    void stop() { m_source.request_stop(); }
    bool operator==(const OwnStop& other) const { return m_source == other.m_source; }

    /// What the job is to report to: it passes on to the worker's, and both can cancel it.
    core::Progress progress(const core::Progress& ofWorker) const
    {
        return core::Progress(
            m_source.get_token(), [ofWorker](double done, const std::string& step) {
                ofWorker.part(0, 1, step).at(done);
            });
    }

private:
    std::stop_source m_source;
};

} // namespace app
