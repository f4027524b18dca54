// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace app {

/// What decides which of the window's actions can be run. A reason says why one cannot; empty: it
/// can.
struct WindowState {
    bool isOpen = false;
    QString whyNotActivations, whyNotQuantize, whyNotLoss, whyNotImprove, whyNotPredict;
    bool jobRuns = false, jobPaused = false;
    bool tensorIsCurrent = false; ///< in the table
    int matricesSelected = 0;
    QString undoText, redoText; ///< of the next step; empty: there is none
    double textScale = 1;
};

} // namespace app
