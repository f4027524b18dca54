// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/controllers/exportcontroller.h"

namespace app {

ExportController::ExportController(Jobs& jobs, Session& session, QObject* parent)
    : QObject(parent)
    , m_jobs(jobs)
    , m_session(session)
{
    connect(&m_jobs, &Jobs::failed, this, [this](JobId id, const QString&, const QString& reason) {
        if (id != m_job)
            return;
        setRunning(false);
        emit failed(reason);
    });
    const auto ended = [this](JobId id) {
        if (id == m_job)
            setRunning(false);
    };
    connect(&m_jobs, &Jobs::cancelled, this, ended);
    connect(&m_jobs, &Jobs::finished, this, ended);
}

void ExportController::exportRun(
    int run, const std::filesystem::path& target, const core::GgufExportOptions& options)
{
    if (m_running || !m_session.isOpen())
        return;
    std::shared_ptr<const core::Checkpoint> model = m_session.checkpoint();
    if (run != 0) {
        const auto finished = m_session.runs().find(run);
        if (!finished)
            return;
        model = finished->model;
    }
    setRunning(true);
    m_job = m_jobs.start(
        tr("Exporting %1").arg(QString::fromStdString(target.filename().string())),
        [model, target, options](const core::Progress& progress) {
            return core::exportGguf(*model, target, options, progress);
        },
        [this, run](
            core::GgufExportReport report) { m_session.setExported(std::move(report), run); });
}

void ExportController::setRunning(bool running)
{
    m_running = running;
    emit runningChanged();
}

} // namespace app
