// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/jobs/jobs.h"
#include "app/session/session.h"
#include "core/files/json.h"

#include <QObject>
#include <QPointer>

class QWidget;

namespace widgets {
class BasePlot;
}

namespace app {

class RunQueue;

/// Asks for files and folders, reads and writes the small ones (recipes, plots) on the quick
/// worker. A file that cannot be read or written changes nothing; one that any run reads is not
/// replaced.
class FileController : public QObject {
    Q_OBJECT

public:
    /// Dialogs belong to `window`.
    FileController(Jobs& quick, Session& session, const RunQueue& queue, QWidget& window,
        QObject* parent = nullptr);

    QString askForModelFolder() const; ///< empty: cancelled; so are all that follow
    QString askForModelFile() const;
    QString askForSession() const;
    /// A folder or a file, as `expected` is named.
    QString askForModelLike(const QString& expected) const;
    /// Asks where, and before it replaces a file; `name` is proposed.
    QString askWhereToSaveSession(const QString& name) const;
    /// Writes a session as a `.quantscope` file; another ending is completed, then nothing is
    /// replaced.
    void saveSession(const QString& file, const core::Json& document);
    void chooseCalibrationText(); ///< makes it the session's
    void chooseEvaluationText();
    void chooseImatrix();
    QString askForPrompts() const; ///< a file with a prompt on each line
    QString askForExportFolder(const QString& present) const;
    void loadRecipe();
    void saveRecipe();
    void savePlot(widgets::BasePlot* plot);

signals:
    void sessionSaved(const QString& file);
    void failed(const QString& reason);

private:
    void readRecipe(const QString& file);
    void write(const QString& file, const QByteArray& bytes);
    QString askForText(const QString& title, const TextSettings& present) const;

    Jobs& m_quick;
    Session& m_session;
    const RunQueue& m_queue;
    QWidget& m_window;
    QList<JobId> m_jobs;
};

} // namespace app
