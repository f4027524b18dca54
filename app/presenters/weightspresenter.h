// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/session/selection.h"
#include "app/session/session.h"

#include <QObject>
#include <QTimer>

namespace widgets {
class WeightsPage;
}

namespace app {

/// Fills page 2 from the session.
class WeightsPresenter : public QObject {
    Q_OBJECT

public:
    WeightsPresenter(widgets::WeightsPage& page, Session& session, Selection& selection,
        QObject* parent = nullptr);

private:
    void connectPage();
    void fillSelection();
    bool isShown(int tensor) const; ///< has a ruler of its own
    void fillPreviews(int tensor);
    void fillGroup(core::Place place, const core::Format* format, core::WeightPlace weight);
    void fillOverview();

    widgets::WeightsPage& m_page;
    Session& m_session;
    Selection& m_selection;
    QTimer m_overviewLater; ///< one map for many tensors measured in a row
};

} // namespace app
