// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/controllers/quantizecontroller.h"
#include "app/session/selection.h"
#include "app/session/session.h"
#include "core/export/ggufexport.h"
#include "widgets/bar/balancebar.h"

#include <QObject>

namespace app {

/// Fills the balance bar from the session, and its job area from the jobs: what runs on the
/// long-running worker, else how far the weights are measured, else what ran last.
class BalancePresenter : public QObject {
    Q_OBJECT

public:
    BalancePresenter(widgets::BalanceBar& bar, Session& session, Selection& selection,
        QuantizeController& quantize, RunQueue& queue, Jobs& jobs, QObject* parent = nullptr);

signals:
    void showFailureRequested(); ///< the page of the job that failed

private:
    void connectJobs();
    void fillDevices();
    void fillFigures(); ///< of the recipe, and of what is looked at
    void showLooked(); ///< beside the figures there are
    core::GgufExportOptions exportOptions() const;
    /// The plan that is looked at; empty: none is.
    std::vector<core::PlannedTensor> lookedPlan() const;
    std::optional<widgets::BalancePrediction> prediction() const;
    void fillMeasured();
    void fillJob();
    void fillRunning();

    widgets::BalanceFigures m_figures; ///< nothing looked at
    widgets::BalanceBar& m_bar;
    Session& m_session;
    Selection& m_selection;
    QuantizeController& m_quantize;
    RunQueue& m_queue;
    Jobs& m_jobs;
    QString m_last; ///< what ended last, and how
    QString m_failed; ///< the title of what failed, until something else runs
};

} // namespace app
