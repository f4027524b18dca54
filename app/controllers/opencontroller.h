// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/jobs/jobs.h"
#include "app/session/sessionkeeper.h"

#include <QObject>

#include <filesystem>

namespace app {

/// Opens models and sessions. It works on the quick worker, so that it need not wait for a
/// quantization, which goes on for the session that it belongs to. A model that cannot be opened
/// changes nothing.
class OpenController : public QObject {
    Q_OBJECT

public:
    OpenController(Jobs& quick, Session& session, SessionKeeper& keeper, SessionPlaces places,
        std::filesystem::path sampleFolder, QObject* parent = nullptr);

    /// A model, or a `.quantscope` file.
    void open(const std::filesystem::path& path);
    /// A `.quantscope` file for the model at `model`, wherever the file says it is.
    void openSession(const std::filesystem::path& file, const std::filesystem::path& model);
    void openSample();
    const std::filesystem::path& sampleFolder() const { return m_sampleFolder; }
    const QString& path() const { return m_path; } ///< what is or was opened last

signals:
    void opened();
    /// The model of the `.quantscope` file at `path` is not at `model`; the open model stays.
    void modelMissing(const QString& path, const QString& model);
    /// `reason` is one sentence; the open model stays.
    void failed(const QString& path, const QString& reason);
    /// After failed(): the folder holds these GGUF files, any of which may be opened.
    void offered(const QStringList& paths);

private:
    template<typename Work>
    void start(const std::filesystem::path& path, Work work);
    void lookForOthers();

    Jobs& m_quick;
    Session& m_session;
    SessionKeeper& m_keeper;
    SessionPlaces m_places;
    std::filesystem::path m_sampleFolder;
    QString m_path;
    JobId m_job = 0;
};

} // namespace app
