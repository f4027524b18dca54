// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/bar/pagebar.h"

#include "widgets/label.h"
#include "widgets/theme.h"
#include "widgets/themetokens.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QPainter>
#include <QStyleOptionTab>

#include <algorithm>

namespace widgets {

namespace {

    constexpr int barHeight = 40;
    constexpr int sideMargin = 12;
    constexpr int dotSize = 7;
    constexpr int underline = 3;
    constexpr int leastModel = 60; ///< the model's name with less room is not shown

    QFont numberFont() { return textFont(12); }
    QFont nameFont(bool current) { return textFont(13, current ? QFont::Bold : QFont::Normal); }
    int widthOf(const QFont& font, const QString& text)
    {
        return QFontMetrics(font).horizontalAdvance(text);
    }

} // namespace

PageTabs::PageTabs(QWidget* parent)
    : QTabBar(parent)
{
    setDrawBase(false);
    setExpanding(false);
    setUsesScrollButtons(true);
    setElideMode(Qt::ElideNone);
    setFocusPolicy(Qt::TabFocus);
    setAccessibleName(tr("Pages"));
}

void PageTabs::setMark(PageId page, const PageMark& mark)
{
    if (m_marks[std::size_t(page)] == mark)
        return;
    m_marks[std::size_t(page)] = mark;
    fitInto(m_room);
    setTabText(int(page), tabText(int(page))); // lays the tabs out anew
    update();
}

void PageTabs::fitInto(int width)
{
    m_room = width;
    const Fit before = m_fit;
    for (const Fit fit : { Fit::Roomy, Fit::Close, Fit::NamesOnly }) {
        m_fit = fit;
        if (wantedWidth() <= width)
            break;
    }
    if (m_fit == before)
        return;
    setTabText(0, tabText(0)); // lays the tabs out anew
    update();
}

int PageTabs::wantedWidth() const
{
    int sum = 0;
    for (int index = 0; index < count(); ++index)
        sum += tabSizeHint(index).width();
    return sum;
}

int PageTabs::padding() const
{
    return scaled(m_fit == Fit::Roomy ? 12 : m_fit == Fit::Close ? 8 : 7);
}

int PageTabs::numberGap() const { return scaled(m_fit == Fit::Roomy ? 6 : 4); }

QString PageTabs::countText(int index) const
{
    const int count = m_marks[std::size_t(index)].count;
    return count > 0 ? tr("(%1)", "number of runs").arg(count) : QString();
}

QSize PageTabs::tabSizeHint(int index) const
{
    const PageMark& mark = m_marks[std::size_t(index)];
    int width
        = 2 * padding() + widthOf(nameFont(true), tabText(index)); // bold: no jump when chosen
    if (m_fit != Fit::NamesOnly)
        width += widthOf(numberFont(), QString::number(index + 1)) + numberGap();
    if (mark.count > 0 && m_fit != Fit::NamesOnly)
        width += numberGap() + widthOf(numberFont(), countText(index));
    if (mark.dot != PageMark::Dot::None)
        width += numberGap() + scaled(dotSize);
    return { width, scaled(barHeight) };
}

void PageTabs::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    for (int index = 0; index < count(); ++index)
        paintTab(painter, index);
}

void PageTabs::paintTab(QPainter& painter, int index) const
{
    const Tokens tokens = tokensOf(palette());
    const PageMark& mark = m_marks[std::size_t(index)];
    const bool current = index == currentIndex();
    const bool enabled = isTabEnabled(index);
    QRect rect = tabRect(index);
    const QColor name = !enabled ? tokens.disabled : current ? tokens.accent : tokens.text;
    const QColor secondary = !enabled ? tokens.disabled : current ? tokens.accent : tokens.text2;
    if (current)
        painter.fillRect(
            QRect(rect.left() + padding() - scaled(6), rect.bottom() - scaled(underline) + 1,
                rect.width() - 2 * padding() + scaled(12), scaled(underline)),
            tokens.accent);
    if (current && hasFocus()) {
        painter.setPen(QPen(tokens.accent, 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(QRectF(rect).adjusted(3, 5, -3, -6), 3, 3);
    }
    int x = rect.left() + padding();
    const auto put = [&](const QString& text, const QFont& font, const QColor& color) {
        painter.setFont(font);
        painter.setPen(color);
        const int width = widthOf(font, text);
        painter.drawText(QRect(x, rect.top(), width + 1, rect.height()), Qt::AlignVCenter, text);
        x += width + numberGap();
    };
    if (m_fit != Fit::NamesOnly)
        put(QString::number(index + 1), numberFont(), secondary);
    put(tabText(index), nameFont(current), name);
    if (mark.count > 0 && m_fit != Fit::NamesOnly)
        put(countText(index), numberFont(), secondary);
    if (mark.dot == PageMark::Dot::None)
        return;
    const int size = scaled(dotSize);
    const QRect dot(x, rect.center().y() - size / 2, size, size);
    painter.setPen(Qt::NoPen);
    painter.setBrush(mark.dot == PageMark::Dot::Running ? tokens.accent : tokens.err);
    if (mark.dot == PageMark::Dot::Running)
        painter.drawEllipse(dot);
    else
        painter.drawRect(dot);
}

PageBar::PageBar(QWidget* parent)
    : QWidget(parent)
    , m_tabs(new PageTabs)
    , m_model(new Label(TextRole::Secondary))
{
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 1);
    layout->setSpacing(0);
    layout->addWidget(m_tabs);
    layout->addStretch(1);
    layout->addWidget(m_model);
    m_model->setElided();
    m_model->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Preferred);
    for (int page = 0; page < pageCount; ++page)
        m_tabs->addTab(title(PageId(page)));
    connect(m_tabs, &QTabBar::currentChanged, this,
        [this](int index) { emit pageChosen(PageId(index)); });
    applySizes();
}

QString PageBar::title(PageId page)
{
    switch (page) {
    case PageId::Model:
        return tr("Model");
    case PageId::Weights:
        return tr("Weights");
    case PageId::Activations:
        return tr("Activations");
    case PageId::Precision:
        return tr("Precision");
    case PageId::Quantize:
        return tr("Quantize");
    case PageId::Compare:
        return tr("Compare");
    case PageId::Export:
        return tr("Export");
    }
    return {};
}

void PageBar::setPage(PageId page) { m_tabs->setCurrentIndex(int(page)); }

void PageBar::setModelText(const QString& text, bool isOpen)
{
    m_model->setText(text);
    fitTabs();
    for (int page = 1; page < pageCount; ++page)
        m_tabs->setTabEnabled(page, isOpen);
}

void PageBar::setMark(PageId page, const PageMark& mark)
{
    m_tabs->setMark(page, mark);
    fitTabs();
}

void PageBar::setNarrow(bool narrow)
{
    m_narrow = narrow;
    fitTabs();
}

void PageBar::fitTabs()
{
    const int room = width() - 2 * scaled(sideMargin);
    m_tabs->fitInto(room);
    m_tabs->setMinimumWidth(std::min(m_tabs->wantedWidth(), std::max(room, 0)));
    const int left = room - m_tabs->wantedWidth() - scaled(sideMargin);
    m_model->setVisible(!m_narrow && left >= scaled(leastModel)); // it gives way to the tabs
    m_model->setMaximumWidth(std::max(left, 0));
}

void PageBar::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    fitTabs();
}

void PageBar::focusTabs() { m_tabs->setFocus(Qt::ShortcutFocusReason); }

void PageBar::applySizes()
{
    setFixedHeight(scaled(barHeight) + 1);
    layout()->setContentsMargins(scaled(sideMargin), 0, scaled(sideMargin), 1);
    fitTabs();
}

void PageBar::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::ApplicationFontChange)
        applySizes();
}

void PageBar::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), tokensOf(palette()).base);
    painter.fillRect(QRect(0, height() - 1, width(), 1), tokensOf(palette()).line);
}

} // namespace widgets
