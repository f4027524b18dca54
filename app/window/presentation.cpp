// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/presentation.h"

#include "widgets/theme.h"

#include <QWidget>

namespace app {

namespace {

    constexpr double presentedScale = 1.5;

} // namespace

Presentation::Presentation(QWidget& window, widgets::Theme& theme)
    : m_window(window)
    , m_theme(theme)
{
}

void Presentation::start()
{
    if (m_on)
        return;
    m_on = true;
    m_scaleBefore = m_theme.textScale();
    m_stateBefore = m_window.windowState();
    m_window.setWindowState(m_stateBefore | Qt::WindowFullScreen);
    m_theme.setTextScale(presentedScale);
    setDrawing(widgets::BasePlot::Drawing::Presented);
}

void Presentation::end()
{
    if (!m_on)
        return;
    m_on = false;
    setDrawing(widgets::BasePlot::Drawing::Usual);
    m_theme.setTextScale(m_scaleBefore);
    m_window.setWindowState(m_stateBefore);
}

void Presentation::setDrawing(widgets::BasePlot::Drawing drawing)
{
    for (auto* plot : m_window.findChildren<widgets::BasePlot*>())
        plot->setDrawing(drawing);
}

double Presentation::textScale() const { return m_on ? m_scaleBefore : m_theme.textScale(); }

} // namespace app
