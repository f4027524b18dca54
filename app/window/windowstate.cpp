// SPDX-License-Identifier: GPL-3.0-or-later
// The second half of WindowActions: what can be run now, and why the rest cannot.
#include "app/window/windowstate.h"

#include "app/window/windowactions.h"

#include <QAction>
#include <QMenu>

#include <cmath>

namespace app {

namespace {

    /// Enables an action, or disables it and says why in its tooltip and the palette.
    void allow(QAction* action, const QString& whyNot)
    {
        action->setEnabled(whyNot.isEmpty());
        action->setToolTip(whyNot.isEmpty() ? action->text().remove(u'&') : whyNot);
        action->setProperty(WindowActions::whyNotProperty, whyNot);
    }

} // namespace

void WindowActions::setState(const WindowState& state)
{
    const QString closed = state.isOpen ? QString() : tr("no model is open");
    for (QAction* action : { saveSession, showInFolder, exportGguf, selectAll, find, loadRecipe,
             saveRecipe, compareFile, mainAction, flat, expandAll, collapseAll })
        allow(action, closed);
    for (std::size_t page = 1; page < pages.size(); ++page)
        allow(pages[page], closed);
    const auto open
        = [&closed](const QString& whyNot) { return closed.isEmpty() ? whyNot : closed; };
    allow(selectRole,
        open(state.tensorIsCurrent ? QString() : tr("the current row of the table is no tensor")));
    allowRecipe(state, closed);
    allow(measureActivations, open(state.whyNotActivations));
    allow(predictLosses, open(state.whyNotPredict));
    allow(quantize, open(state.whyNotQuantize));
    allow(measureLoss, open(state.whyNotLoss));
    for (QAction* action : { pause, cancel })
        allow(action, state.jobRuns ? QString() : tr("no job runs"));
    pause->setText(state.jobPaused ? tr("&Resume the job") : tr("&Pause the job"));
    constexpr double step = 1e-9;
    allow(larger,
        state.textScale < widgets::Theme::mostTextScale - step ? QString()
                                                               : tr("the text is at its largest"));
    allow(smaller,
        state.textScale > widgets::Theme::leastTextScale + step
            ? QString()
            : tr("the text is at its smallest"));
    allow(normalSize,
        std::abs(state.textScale - 1) > step ? QString() : tr("the text has its normal size"));
}

void WindowActions::allowRecipe(const WindowState& state, const QString& closed)
{
    undo->setText(state.undoText.isEmpty() ? tr("&Undo") : tr("&Undo: %1").arg(state.undoText));
    redo->setText(state.redoText.isEmpty() ? tr("&Redo") : tr("&Redo: %1").arg(state.redoText));
    const auto open
        = [&closed](const QString& whyNot) { return closed.isEmpty() ? whyNot : closed; };
    allow(undo, open(state.undoText.isEmpty() ? tr("nothing to undo") : QString()));
    allow(redo, open(state.redoText.isEmpty() ? tr("nothing to redo") : QString()));
    allow(presets->menuAction(), closed);
    allow(assign->menuAction(),
        open(state.matricesSelected > 0 ? QString()
                                        : tr("no tensor is selected whose format can be chosen")));
    for (const auto& [method, action] : methods)
        allow(action, closed);
    allow(improve, open(state.whyNotImprove));
}

} // namespace app
