// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/controllers/sessionjob.h"
#include "app/jobs/jobs.h"
#include "app/session/session.h"
#include "core/files/shelf.h"

#include <QObject>

#include <functional>
#include <memory>

namespace app {

/// Predicts what every tensor loses in every format: looks for it on the shelf when a model is
/// opened, roughly from the weights alone, or on the session's calibration text.
class LossController : public QObject {
    Q_OBJECT

public:
    /// `quick` for what takes a moment, `jobs` for the rest. `shelf` may be null: nothing is kept.
    LossController(Jobs& jobs, Jobs& quick, Session& session,
        std::shared_ptr<const core::Shelf> shelf, QObject* parent = nullptr);

    void measure(); ///< on the text; figures come from the first sequences on
    void guess(); ///< from the weights alone
    bool isRunning() const { return m_job.isRunningHere(); }
    /// Why losses cannot be predicted on a text now; empty: they can.
    QString whyNot() const;

signals:
    void runningChanged();
    void failed(const QString& reason);

private:
    void opened();
    /// Hands losses to the session that is open now, if it is still open then.
    std::function<void(const std::shared_ptr<const core::SensitivityTable>&)> taker();

    Jobs& m_jobs;
    Jobs& m_quick;
    Session& m_session;
    std::shared_ptr<const core::Shelf> m_shelf;
    SessionJob m_job;
};

} // namespace app
