// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/controllers/opencontroller.h"

namespace app {

OpenController::OpenController(Jobs& quick, Jobs& longRunning, Session& session,
    std::filesystem::path sampleFolder, QObject* parent)
    : QObject(parent)
    , m_quick(quick)
    , m_long(longRunning)
    , m_session(session)
    , m_sampleFolder(std::move(sampleFolder))
{
    connect(&m_quick, &Jobs::failed, this, [this](JobId id, const QString&, const QString& reason) {
        if (id == m_job)
            emit failed(m_path, reason);
    });
}

void OpenController::open(const std::filesystem::path& path)
{
    m_path = QString::fromStdString(path.string());
    m_quick.cancel(); // what is measured of the old model, or another model being opened
    m_job = m_quick.start(
        tr("Opening %1").arg(m_path),
        [path, sample = m_sampleFolder](
            const core::Progress& progress) { return openModel(path, sample, progress); },
        [this](OpenedModel opened) {
            m_long.cancel();
            m_session.open(std::move(opened));
            emit this->opened();
        });
}

void OpenController::openSample() { open(m_sampleFolder); }

} // namespace app
