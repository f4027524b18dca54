// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/jobs/jobs.h"
#include "app/session/session.h"

#include <QObject>

namespace app {

/// The one job of its kind that a controller runs at a time, and the session that it is for, which
/// need not stay the open one.
class SessionJob : public QObject {
    Q_OBJECT

public:
    SessionJob(Jobs& jobs, const Session& session);

    void begin() { setSession(m_session.id()); } ///< for the open session
    void follow(JobId job) { m_job = job; } ///< until this one ends
    bool isRunning() const { return !m_for.isEmpty(); } ///< for whichever session
    bool isRunningHere() const { return isRunning() && m_for == m_session.id(); }

signals:
    void changed(); ///< whether it runs, or for the session that is open now
    void failed(const QString& reason); ///< for the open session

private:
    void setSession(const QString& session);

    const Session& m_session;
    JobId m_job = 0;
    QString m_for; ///< empty: none
};

} // namespace app
