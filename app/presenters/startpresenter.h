// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/jobs/runqueue.h"
#include "app/session/recentmodels.h"
#include "app/session/sessionstore.h"
#include "app/session/sessionsummary.h"
#include "widgets/pages/start/startpage.h"

#include <QHash>
#include <QObject>

namespace app {

class FileController;
class Jobs;
class OpenController;
class QuantizeController;
class Session;

/// Fills the start page with the recent models and sessions, what they hold and what of them was
/// interrupted, with the models that other programs keep, and opens and resumes what it asks for.
/// Sessions are read on the quick worker.
class StartPresenter : public QObject {
    Q_OBJECT

public:
    /// What the presenter reads and asks.
    struct Parts {
        RecentModels& recent;
        Session& session;
        RunQueue& queue;
        OpenController& open;
        QuantizeController& quantize;
        FileController& files;
        Jobs& quick;
        SessionStore store;
        std::filesystem::path home; ///< of the user; empty: other programs keep nothing there
    };
    StartPresenter(widgets::StartPage& page, const Parts& parts, QObject* parent = nullptr);

private:
    void connectPage();
    void fill();
    void readSessions();
    void listKept(); ///< the models that other programs keep, on the quick worker
    void remember(); ///< the model that was opened
    void rememberFile(const QString& path); ///< a `.quantscope` file
    const QueuedRun* interruptedOf(const QString& path) const; ///< null: none
    QString holds(const QString& path) const;

    widgets::StartPage& m_page;
    Parts m_parts;
    QHash<QString, SessionSummary> m_summaries; ///< by path of the recent entry
    std::vector<widgets::RecentEntry> m_entries; ///< as they are shown
    int m_resuming = 0; ///< a run that goes on once its model is open; 0: none
};

/// "Llama · 4.20 M parameters · BF16": the open model in a line.
QString modelText(const Session& session);

} // namespace app
