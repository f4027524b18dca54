// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/controllers/sessionjob.h"
#include "app/jobs/jobs.h"
#include "app/jobs/ownstop.h"
#include "app/jobs/sidebyside.h"
#include "app/session/session.h"

#include <QObject>

#include <filesystem>
#include <memory>

namespace app {

/// Lets the original and the runs that are pinned write the same text, one token after the other.
class TextController : public QObject {
    Q_OBJECT

public:
    /// `shelf` may be null. `quick` reads the beginning of the evaluation text.
    TextController(Jobs& jobs, Jobs& quick, Session& session,
        std::shared_ptr<const core::Shelf> shelf, QObject* parent = nullptr);

    void write(const TextWish& wish);
    /// The same for many prompts: those in a file, or (empty) the evaluation text's beginnings.
    void match(const TextWish& how, const std::filesystem::path& prompts);
    void stop(); ///< what was written stays; other jobs go on
    void proposePrompt(); ///< from the evaluation text: promptProposed()
    bool isRunning() const { return m_job.isRunningHere() && !m_isStopped; }
    /// Why no text can be written now; empty: it can.
    QString whyNot() const;

signals:
    void runningChanged();
    void began(int a, int b); ///< numbers of the runs, 0: none; what was written before is past
    void written(const app::WrittenToken& token);
    void finished(const app::WrittenTexts& texts);
    void matched(const app::MatchRates& rates);
    void promptProposed(const QString& prompt);
    void failed(const QString& reason);

private:
    SideBySide models() const;
    /// Whether a result is still wanted.
    bool isAwaited(const QString& session, const OwnStop& stop) const;
    void begin();

    Jobs& m_jobs;
    Jobs& m_quick;
    Session& m_session;
    std::shared_ptr<const core::Shelf> m_shelf;
    SessionJob m_job;
    OwnStop m_stop; ///< of the job that was started last
    bool m_isStopped = false;
};

} // namespace app
