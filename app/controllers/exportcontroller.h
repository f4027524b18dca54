// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/jobs/jobs.h"
#include "app/session/session.h"

#include <QObject>

#include <filesystem>

namespace app {

/// Writes a finished run, or the model as it is, as GGUF on the long-running worker.
class ExportController : public QObject {
    Q_OBJECT

public:
    ExportController(Jobs& jobs, Session& session, QObject* parent = nullptr);

    /// Run 0 is the model as it is. An unknown run does nothing.
    void exportRun(
        int run, const std::filesystem::path& target, const core::GgufExportOptions& options);
    bool isRunning() const { return m_running; }

signals:
    void runningChanged();
    void failed(const QString& reason);

private:
    void setRunning(bool running);

    Jobs& m_jobs;
    Session& m_session;
    JobId m_job = 0;
    bool m_running = false;
};

} // namespace app
