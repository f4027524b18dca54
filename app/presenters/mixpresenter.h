// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/controllers/losscontroller.h"
#include "app/jobs/jobs.h"
#include "app/session/selection.h"
#include "app/session/session.h"
#include "core/search/mixsearch.h"
#include "widgets/pages/precision/precisionpage.h"

#include <QObject>

#include <memory>

namespace app {

/// Fills page 4's budget from the predicted losses, tries mixes while it moves and makes the best
/// one the recipe.
class MixPresenter : public QObject {
    Q_OBJECT

public:
    MixPresenter(widgets::PrecisionPage& page, Session& session, Selection& selection,
        LossController& losses, Jobs& quick, QObject* parent = nullptr);

    /// All that follows from the losses alone; made on a worker.
    struct Mixes {
        std::shared_ptr<const core::MixSearch> search; ///< null: no mix can be found
        double besides = 0; ///< bytes of a file that are not its tensors'
        std::vector<widgets::PredictedPreset> presets;
        std::vector<QPointF> best; ///< bytes and KLD of the best mixes of many sizes
    };

private:
    void findMixes();
    void refineCurve();
    void fillScale();
    void fillLosses();
    void tryBytes(double bytes);
    void tryLoss(double kld);
    void tryPreset(const QString& name);
    void stopTrying();
    void settle(double bytes);
    void assign();
    QString predictedText(double kld) const; ///< rough where it is

    widgets::PrecisionPage& m_page;
    Session& m_session;
    Selection& m_selection;
    LossController& m_losses;
    Jobs& m_quick;
    Mixes m_mixes;
    core::Recipe m_tried; ///< what the budget tries
    bool m_tries = false;
};

} // namespace app
