// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/controllers/quantizecontroller.h"
#include "app/jobs/jobs.h"
#include "app/session/session.h"

#include <QHash>
#include <QObject>

#include <filesystem>

namespace app {

/// Puts files and folders of the open model beside its runs: opens them, holds their tensors
/// against the original's and lines up their measurement.
class AddedFilesController : public QObject {
    Q_OBJECT

public:
    /// `quick` opens, `jobs` compares.
    AddedFilesController(Jobs& jobs, Jobs& quick, Session& session, QuantizeController& quantize,
        QObject* parent = nullptr);

    /// A row, or refused(). One that is there already is measured anew.
    void add(const std::filesystem::path& path);
    void measure(int run); ///< an added file, as it is now
    void check(); ///< whether the files are as they were

signals:
    void added(int run);
    /// The file is no row, or its tensors could not be compared.
    void refused(const QString& path, const QString& reason);

private:
    void open(const std::filesystem::path& path, int run);
    void compare(int run); ///< its tensors

    Jobs& m_jobs;
    Jobs& m_quick;
    Session& m_session;
    QuantizeController& m_quantize;
    QHash<JobId, QString> m_opening, m_comparing; ///< paths
};

} // namespace app
