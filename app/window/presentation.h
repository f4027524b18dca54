// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <Qt>

class QWidget;

namespace widgets {
class Theme;
}

namespace app {

/// The window on a projector: the whole screen, larger text. Ending it brings back the window's
/// state and text size as they were.
class Presentation {
public:
    Presentation(QWidget& window, widgets::Theme& theme);

    void start();
    void end();
    bool isOn() const { return m_on; }
    double textScale() const; ///< the user's own, also while it is on

private:
    QWidget& m_window;
    widgets::Theme& m_theme;
    bool m_on = false;
    double m_scaleBefore = 1;
    Qt::WindowStates m_stateBefore;
};

} // namespace app
