// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/controllers/opencontroller.h"

#include "core/model/modelsource.h"

#include <utility>

namespace app {

OpenController::OpenController(Jobs& quick, Session& session, SessionKeeper& keeper,
    SessionPlaces places, std::filesystem::path sampleFolder, QObject* parent)
    : QObject(parent)
    , m_quick(quick)
    , m_session(session)
    , m_keeper(keeper)
    , m_places(std::move(places))
    , m_sampleFolder(std::move(sampleFolder))
{
    connect(&m_quick, &Jobs::failed, this, [this](JobId id, const QString&, const QString& reason) {
        if (id != m_job)
            return;
        m_keeper.setOpening(false);
        emit failed(m_path, reason);
        lookForOthers();
    });
    connect(&m_quick, &Jobs::cancelled, this, [this](JobId id) {
        if (id == m_job)
            m_keeper.setOpening(false);
    });
}

template<typename Work>
void OpenController::start(const std::filesystem::path& path, Work work)
{
    m_path = QString::fromStdString(path.string());
    m_quick.cancel(); // what is measured of the old model, or another model being opened
    m_keeper.saveNow(); // it may be the same model's session that is read
    m_keeper.setOpening(true);
    m_job = m_quick.start(
        tr("Opening %1").arg(m_path), std::move(work), [this](OpenedSession result) {
            if (!result.model.checkpoint) {
                m_keeper.setOpening(false);
                emit modelMissing(m_path, QString::fromStdString(result.missing.string()));
                return;
            }
            m_session.open(std::move(result.model));
            m_keeper.setOpening(false);
            emit opened();
        });
}

void OpenController::lookForOthers()
{
    m_quick.start(
        tr("Looking for other models"),
        [folder = std::filesystem::path(m_path.toStdString())](
            const core::Progress&) { return core::ggufModels(folder); },
        [this](const std::vector<std::filesystem::path>& files) {
            QStringList paths;
            for (const std::filesystem::path& file : files)
                paths += QString::fromStdString(file.string());
            if (!paths.isEmpty())
                emit offered(paths);
        });
}

void OpenController::open(const std::filesystem::path& path)
{
    if (path.extension() == SessionStore::extension)
        return openSession(path, {});
    start(path, [path, sample = m_sampleFolder, places = m_places](const core::Progress& progress) {
        return OpenedSession{ openModel(path, sample, places, progress), {} };
    });
}

void OpenController::openSession(
    const std::filesystem::path& file, const std::filesystem::path& model)
{
    start(file,
        [file, model, sample = m_sampleFolder, places = m_places](const core::Progress& progress) {
            return openSessionFile(file, model, sample, places, progress);
        });
}

void OpenController::openSample() { open(m_sampleFolder); }

} // namespace app
