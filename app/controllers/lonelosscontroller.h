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

/// Measures what tensors lose alone, on the session's evaluation text: the check of what is
/// predicted of them. What was measured before is there again when a model is opened.
class LoneLossController : public QObject {
    Q_OBJECT

public:
    /// `quick` for what takes a moment, `jobs` for the rest. `shelf` may be null: nothing is kept.
    LoneLossController(Jobs& jobs, Jobs& quick, Session& session,
        std::shared_ptr<const core::Shelf> shelf, QObject* parent = nullptr);

    /// Each of `tensors` in `format`, or in the recipe's (null), one after the other; figures come
    /// as they are found.
    void measure(const std::vector<int>& tensors, const core::Format* format);
    /// Why nothing can be measured now; empty: it can.
    QString whyNot() const;

signals:
    void runningChanged();
    void failed(const QString& reason);

private:
    void opened();
    /// Hands figures to the session that is open now, if it is still open then.
    std::function<void(const std::shared_ptr<const core::MeasuredLosses>&)> taker();

    Jobs& m_jobs;
    Jobs& m_quick;
    Session& m_session;
    std::shared_ptr<const core::Shelf> m_shelf;
    SessionJob m_job;
};

} // namespace app
