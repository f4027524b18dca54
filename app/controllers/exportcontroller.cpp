// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/controllers/exportcontroller.h"

#include "app/jobs/quantizejob.h"

#include <utility>

namespace app {

ExportController::ExportController(Jobs& jobs, Session& session, SessionKeeper& keeper,
    std::shared_ptr<const core::Shelf> shelf, QObject* parent)
    : QObject(parent)
    , m_jobs(jobs)
    , m_session(session)
    , m_keeper(keeper)
    , m_shelf(std::move(shelf))
    , m_job(jobs, session)
{
    connect(&m_job, &SessionJob::changed, this, &ExportController::runningChanged);
    connect(&m_job, &SessionJob::failed, this, &ExportController::failed);
}

void ExportController::exportRun(
    int run, const core::ExportTarget& target, const core::GgufExportOptions& options)
{
    if (m_job.isRunning() || !m_session.isOpen())
        return;
    const auto finished = m_session.runs().find(run); // null: the model as it is
    if (run != 0 && !finished)
        return;
    m_job.begin();
    const JobId job = m_jobs.start(
        tr("Exporting %1").arg(QString::fromStdString(target.file.filename().string())),
        [original = m_session.checkpoint(), finished, shelf = m_shelf, target, options](
            const core::Progress& progress) {
            const auto model = finished ? modelOf(*finished, shelf.get(), original) : original;
            return core::exportGguf(*model, target, options, progress);
        },
        [this, run, session = m_session.id()](core::GgufExportReport report) {
            m_keeper.setExported(session, std::move(report), run);
        });
    m_job.follow(job);
}

} // namespace app
