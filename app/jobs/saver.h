// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/jobs/jobs.h"
#include "core/files/json.h"

#include <QObject>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace app {

/// Keeps documents on the disk as things happen, on a worker of its own: writing waits for the disk
/// and for nothing else. Changes of one file happen in the order in which they were asked for; one
/// that waits is replaced by a later whole document.
class Saver : public QObject {
    Q_OBJECT

public:
    using Change = std::function<void(core::Json& document)>;

    explicit Saver(QObject* parent = nullptr);
    ~Saver() override; ///< finishes

    /// Makes `document` the content of `file`. Its folder is made if it is missing.
    void write(const std::filesystem::path& file, const core::Json& document);
    /// Changes what the file holds by then; nothing if there is no such file.
    void amend(const std::filesystem::path& file, Change change);
    /// Writes everything that waits, here, and comes back when it is done.
    void finish();
    bool isIdle() const { return m_waiting.empty() && m_jobs.isIdle(); }

signals:
    void failed(const QString& reason); ///< what could not be written stays as it was

private:
    struct Task {
        std::filesystem::path file;
        std::string text;
        Change change; ///< instead of the text, where there is one
    };
    static void perform(const Task& task);
    void startNext();

    std::vector<Task> m_waiting;
    Jobs m_jobs;
};

} // namespace app
