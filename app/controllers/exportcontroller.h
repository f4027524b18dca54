// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/controllers/sessionjob.h"
#include "app/jobs/jobs.h"
#include "app/session/sessionkeeper.h"

#include <QObject>

#include <filesystem>

namespace app {

/// Writes a finished run, or the model as it is, as GGUF on the long-running worker.
class ExportController : public QObject {
    Q_OBJECT

public:
    /// `shelf`: where finished runs lie after a restart; may be null.
    ExportController(Jobs& jobs, Session& session, SessionKeeper& keeper,
        std::shared_ptr<const core::Shelf> shelf, QObject* parent = nullptr);

    /// Run 0 is the model as it is. An unknown run does nothing.
    void exportRun(
        int run, const core::ExportTarget& target, const core::GgufExportOptions& options);
    /// For the open session.
    bool isRunning() const { return m_job.isRunningHere(); }

signals:
    void runningChanged();
    void failed(const QString& reason);

private:
    Jobs& m_jobs;
    Session& m_session;
    SessionKeeper& m_keeper;
    std::shared_ptr<const core::Shelf> m_shelf;
    SessionJob m_job;
};

} // namespace app
