// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/session/selection.h"
#include "app/session/session.h"

#include <QObject>
#include <QTimer>

namespace widgets {
class PrecisionPage;
struct FormatChoice;
}

namespace app {

/// Fills page 4 from the session and makes its edits the recipe's.
class PrecisionPresenter : public QObject {
    Q_OBJECT

public:
    PrecisionPresenter(widgets::PrecisionPage& page, Session& session, Selection& selection,
        QObject* parent = nullptr);

private:
    void connectPage();
    void connectEdits();
    void fillRecipe();
    void fillSelection();
    void fillCells();
    void fillRuns();
    void fillUndo();
    widgets::FormatChoice choice(const core::Format* format) const;
    void addMeasuredLoss(widgets::FormatChoice& choice) const;
    /// Formats for study are many: those that were looked at, and `assigned`.
    std::vector<const core::Format*> studyFormatsInView(const core::Format* assigned) const;

    widgets::PrecisionPage& m_page;
    Session& m_session;
    Selection& m_selection;
    QTimer m_cellsLater; ///< one map for many tensors rounded in a row
};

} // namespace app
