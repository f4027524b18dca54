// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/controllers/sessionjob.h"
#include "app/jobs/jobs.h"
#include "app/jobs/pace.h"
#include "app/session/sessionkeeper.h"

#include <QObject>

namespace app {

/// Measures activations on the long-running worker, for the session that is open when it begins.
class ActivationController : public QObject {
    Q_OBJECT

public:
    /// `shelf` may be null: then nothing is kept.
    ActivationController(Jobs& jobs, Session& session, SessionKeeper& keeper, Pace& pace,
        std::shared_ptr<const core::Shelf> shelf, QObject* parent = nullptr);

    void measure(); ///< with the session's calibration text
    /// For the open session.
    bool isRunning() const { return m_job.isRunningHere(); }
    double estimate(const TextSettings& text) const; ///< seconds; negative: unknown

    /// Why measuring cannot be started now; empty: it can.
    QString whyNot() const;

signals:
    void runningChanged();
    void failed(const QString& reason);

private:
    Jobs& m_jobs;
    Session& m_session;
    SessionKeeper& m_keeper;
    Pace& m_pace;
    std::shared_ptr<const core::Shelf> m_shelf;
    SessionJob m_job;
};

} // namespace app
