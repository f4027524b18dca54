// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/controllers/sessionjob.h"

namespace app {

SessionJob::SessionJob(Jobs& jobs, const Session& session)
    : m_session(session)
{
    connect(&jobs, &Jobs::failed, this, [this](JobId id, const QString&, const QString& reason) {
        if (id != m_job)
            return;
        const bool here = isRunningHere();
        setSession({});
        if (here)
            emit failed(reason);
    });
    const auto ended = [this](JobId id) {
        if (id == m_job)
            setSession({});
    };
    connect(&jobs, &Jobs::cancelled, this, ended);
    connect(&jobs, &Jobs::finished, this, ended);
    connect(&session, &Session::modelChanged, this, &SessionJob::changed);
}

void SessionJob::setSession(const QString& session)
{
    m_for = session;
    emit changed();
}

} // namespace app
