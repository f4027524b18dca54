// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/jobs/saver.h"
#include "app/session/session.h"

#include <QObject>
#include <QTimer>

#include <functional>
#include <vector>

namespace app {

/// Keeps the open session on the disk as it changes, and takes results to the session that they
/// belong to, be it open or not. Lives on the window's thread.
class SessionKeeper : public QObject {
    Q_OBJECT

public:
    SessionKeeper(Session& session, Saver& saver, SessionStore store, QObject* parent = nullptr);

    /// What the window adds, as JSON: page, selection, sorting.
    void setView(std::function<std::string()> view) { m_view = std::move(view); }
    void viewChanged(); ///< saves soon
    /// The document of the open session as it is now. Requires: a model is open.
    core::Json document() const;
    const SessionStore& store() const { return m_store; }
    /// Writes what waits, before the program ends or another model takes the place.
    void saveNow();

    /// While a model is being opened its session may be read: results wait.
    void setOpening(bool opening);

    // Results, by the id of the session that asked for them.
    void addRun(const QString& session, Run run);
    void setEvaluation(const QString& session, int run, const core::Evaluation& evaluation,
        const EvaluationSettings& settings, const std::string& key);
    void setActivations(const QString& session, MeasuredActivations activations);
    void setExported(const QString& session, core::GgufExportReport report, int run);

private:
    void save();
    /// Runs `here` on the open session, or changes the document of one that is not open.
    void deliver(const QString& session, std::function<void()> here, Saver::Change there);

    Session& m_session;
    Saver& m_saver;
    SessionStore m_store;
    std::function<std::string()> m_view;
    QTimer m_timer; ///< one save for what changes in one go
    bool m_opening = false;
    std::vector<std::function<void()>> m_held; ///< results that came while a model was being opened
};

} // namespace app
