// SPDX-License-Identifier: GPL-3.0-or-later
// The third part of MainWindow: how it arranges itself by its size, and what it remembers of that.
#include "app/window/mainwindow.h"
#include "app/window/windowactions.h"
#include "app/window/windowpages.h"
#include "widgets/bar/balancebar.h"
#include "widgets/bar/pagebar.h"
#include "widgets/table/tensortable.h"
#include "widgets/theme.h"

#include <QAction>
#include <QSettings>
#include <QSplitter>

#include <algorithm>

namespace app {

namespace {

    constexpr int lowHeight = 640; ///< below it the balance bar is one line
    constexpr int barWidth = 1100; ///< and below this: its cells would leave no room for the job

    /// Width of the table by the room the window has.
    int tableWidth(widgets::Breakpoint breakpoint)
    {
        switch (breakpoint) {
        case widgets::Breakpoint::Wide:
            return 512;
        case widgets::Breakpoint::Medium:
            return 400;
        case widgets::Breakpoint::Narrow:
            break;
        }
        return 248; // the longest role and a format, both whole
    }

} // namespace

void MainWindow::arrange()
{
    const double scale = m_theme.textScale();
    const int logicalWidth = int(width() / scale);
    const bool low = height() / scale < lowHeight;
    const auto breakpoint = widgets::breakpointFor(logicalWidth);
    const bool presenting = m_presentation.isOn();
    for (widgets::Page* page : m_pages->all())
        page->setHeader(presenting ? widgets::Page::Header::Whole : widgets::Page::Header::ByRoom);
    int columns = int(widgets::TensorColumns::shownOn(m_tabs->page()).size());
    if (breakpoint == widgets::Breakpoint::Medium)
        columns -= 1;
    if (breakpoint == widgets::Breakpoint::Narrow)
        columns = 2;
    else if (presenting)
        columns = 3;
    m_table->setPage(m_tabs->page(),
        breakpoint == widgets::Breakpoint::Wide && !presenting ? widgets::tensorColumnCount
                                                               : columns);
    m_table->setNarrow(breakpoint == widgets::Breakpoint::Narrow);
    m_tabs->setNarrow(breakpoint == widgets::Breakpoint::Narrow);
    m_bar->setCompact(low || logicalWidth < barWidth);
    if (m_breakpoint == breakpoint)
        return;
    m_breakpoint = breakpoint;
    for (widgets::Page* page : m_pages->all())
        page->setBreakpoint(breakpoint);
    const int table = int(tableWidth(breakpoint) * scale);
    m_table->setMinimumWidth(std::min(table, int(280 * scale)));
    m_splitter->setSizes({ table, std::max(1, width() - table) });
}

void MainWindow::resizeEvent(QResizeEvent* event)
{
    QMainWindow::resizeEvent(event);
    arrange();
}

void MainWindow::restoreLooks()
{
    const int lightness = m_settings.value(QStringLiteral("window/lightness")).toInt();
    for (const auto& [value, action] : m_actions->lightness)
        if (int(value) == lightness)
            action->trigger();
    bool known = false;
    const double scale = m_settings.value(QStringLiteral("window/textScale")).toDouble(&known);
    if (known)
        m_theme.setTextScale(scale);
}

void MainWindow::rememberLooks()
{
    m_settings.setValue(QStringLiteral("window/lightness"), int(m_theme.lightness()));
    m_settings.setValue(QStringLiteral("window/textScale"), m_presentation.textScale());
}

void MainWindow::restoreLayout()
{
    restoreLooks();
    restoreGeometry(m_settings.value(QStringLiteral("window/geometry")).toByteArray());
    m_table->restoreState(m_settings.value(QStringLiteral("window/table")).toByteArray());
    arrange();
    const QByteArray splitter = m_settings.value(QStringLiteral("window/splitter")).toByteArray();
    if (!splitter.isEmpty())
        m_splitter->restoreState(splitter);
    m_session.setDevice(m_settings.value(QStringLiteral("device")).toInt());
    const int page = m_settings.value(QStringLiteral("window/page")).toInt();
    m_firstPage = widgets::PageId(std::clamp(page, 0, widgets::pageCount - 1));
}

} // namespace app
