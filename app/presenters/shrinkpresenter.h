// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/controllers/shrinkcontroller.h"
#include "app/session/session.h"
#include "widgets/pages/model/shrinkcard.h"

#include <QObject>
#include <QTimer>

#include <memory>
#include <vector>

namespace widgets {
class ModelPage;
}

namespace app {

/// Fills page 1's card *Make a smaller file* and starts what it asks for.
class ShrinkPresenter : public QObject {
    Q_OBJECT

public:
    ShrinkPresenter(widgets::ModelPage& page, Session& session, ShrinkController& shrink,
        LossController& losses, Jobs& jobs, Jobs& quick, QObject* parent = nullptr);

private:
    void connectCard();
    void findChoices(); ///< on the quick worker, and then what they take
    void estimate();
    void fillOffer();
    void fillProgress();
    void fillResult();
    QString about() const;
    QString caution() const;
    QString whyNot() const;
    widgets::ShrinkChoice choice(std::size_t index) const;

    widgets::ModelPage& m_page;
    widgets::ShrinkCard& m_card;
    Session& m_session;
    ShrinkController& m_shrink;
    LossController& m_losses;
    Jobs& m_jobs;
    Jobs& m_quick;
    std::shared_ptr<const core::SensitivityTable> m_of; ///< the losses that m_files are found by
    std::vector<core::SmallerFile> m_files;
    std::vector<core::SmallerWork> m_work; ///< of the files; empty: not known yet
    QTimer m_soon; ///< opening a model tells several things at once
};

} // namespace app
