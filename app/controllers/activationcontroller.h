// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/jobs/jobs.h"
#include "app/jobs/pace.h"
#include "app/session/session.h"

#include <QObject>

namespace app {

/// Measures activations on the long-running worker.
class ActivationController : public QObject {
    Q_OBJECT

public:
    ActivationController(Jobs& jobs, Session& session, Pace& pace, QObject* parent = nullptr);

    void measure(); ///< with the session's calibration text
    bool isRunning() const { return m_running; }
    double estimate(const TextSettings& text) const; ///< seconds; negative: unknown

signals:
    void runningChanged();
    void failed(const QString& reason);

private:
    void setRunning(bool running);

    Jobs& m_jobs;
    Session& m_session;
    Pace& m_pace;
    JobId m_job = 0;
    bool m_running = false;
};

} // namespace app
