// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/controllers/sessionjob.h"
#include "app/jobs/jobs.h"
#include "app/session/session.h"

#include <QObject>

namespace app {

/// Improves the session's recipe within its bytes by measuring single tensors in other formats on
/// the calibration text.
class SwapController : public QObject {
    Q_OBJECT

public:
    SwapController(Jobs& jobs, Session& session, QObject* parent = nullptr);

    void improve();
    /// Why the recipe cannot be improved so now; empty: it can.
    QString whyNot() const;

    /// What measuring came to.
    struct Improvement {
        core::Recipe from, to;
        int measured = 0, changed = 0; ///< tensors
        double before = 0, after = 0; ///< KL divergence, nats a position
    };

signals:
    void runningChanged();
    void improved(const app::SwapController::Improvement& improvement);
    void failed(const QString& reason);

private:
    void take(const Improvement& improvement);

    Jobs& m_jobs;
    Session& m_session;
    SessionJob m_job;
};

} // namespace app
