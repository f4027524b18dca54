// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/baseplot.h"

class QWidget;

namespace widgets {
class Theme;
}

namespace app {

/// The window on a projector: the whole screen, larger text, plots as they are drawn for a room.
/// Ending it brings back the window's state and text size as they were.
class Presentation {
public:
    Presentation(QWidget& window, widgets::Theme& theme);

    void start();
    void end();
    bool isOn() const { return m_on; }
    double textScale() const; ///< the user's own, also while it is on

private:
    void setDrawing(widgets::BasePlot::Drawing drawing);

    QWidget& m_window;
    widgets::Theme& m_theme;
    bool m_on = false;
    double m_scaleBefore = 1;
    Qt::WindowStates m_stateBefore;
};

} // namespace app
