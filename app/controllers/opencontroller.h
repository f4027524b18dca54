// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/jobs/jobs.h"
#include "app/session/session.h"

#include <QObject>

#include <filesystem>

namespace app {

/// Opens models. It works on the quick worker, so that it need not wait for a quantization; only
/// once the new model is there are the jobs of the old one cancelled (finished layers are kept).
/// A model that cannot be opened changes nothing.
class OpenController : public QObject {
    Q_OBJECT

public:
    OpenController(Jobs& quick, Jobs& longRunning, Session& session,
        std::filesystem::path sampleFolder, QObject* parent = nullptr);

    void open(const std::filesystem::path& path);
    void openSample();
    const std::filesystem::path& sampleFolder() const { return m_sampleFolder; }

signals:
    void opened();
    /// `reason` is one sentence; the open model stays.
    void failed(const QString& path, const QString& reason);

private:
    Jobs& m_quick;
    Jobs& m_long;
    Session& m_session;
    std::filesystem::path m_sampleFolder;
    QString m_path; ///< being opened
    JobId m_job = 0;
};

} // namespace app
