// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/controllers/sessionjob.h"
#include "app/jobs/jobs.h"
#include "app/session/session.h"
#include "core/files/shelf.h"

#include <QObject>

#include <functional>
#include <memory>
#include <vector>

namespace app {

/// Predicts what every tensor loses in every format: looks for it on the shelf when a model is
/// opened, roughly from the weights alone, or on the session's calibration text. Also measures what
/// tensors lose alone, on the evaluation text: the check of what is predicted of them.
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

    /// Each of `tensors` in `format`, or in the recipe's (null), one after the other; figures come
    /// as they are found, and are there again when the model is opened.
    void measureAlone(const std::vector<int>& tensors, const core::Format* format);
    /// Why nothing can be measured now; empty: it can.
    QString whyNotAlone() const;

signals:
    void runningChanged(); ///< of predicting
    void failed(const QString& reason);
    void aloneChanged(); ///< whether tensors are being measured
    void aloneFailed(const QString& reason);

private:
    void opened();
    /// Hands losses to the session that is open now, if it is still open then.
    std::function<void(const std::shared_ptr<const core::SensitivityTable>&)> taker();
    std::function<void(const std::shared_ptr<const core::MeasuredLosses>&)> measuredTaker();

    Jobs& m_jobs;
    Jobs& m_quick;
    Session& m_session;
    std::shared_ptr<const core::Shelf> m_shelf;
    SessionJob m_job, m_alone;
};

} // namespace app
