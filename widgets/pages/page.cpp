// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/page.h"

#include "widgets/buttons.h"
#include "widgets/card.h"
#include "widgets/label.h"
#include "widgets/messagebar.h"
#include "widgets/theme.h"

#include <QtGui/QResizeEvent>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QMenu>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QScrollArea>
#include <QtWidgets/QStyle>
#include <QtWidgets/QToolButton>
#include <QtWidgets/QVBoxLayout>

namespace widgets {

Breakpoint breakpointFor(int windowWidth)
{
    if (windowWidth >= 1280)
        return Breakpoint::Wide;
    return windowWidth >= 1000 ? Breakpoint::Medium : Breakpoint::Narrow;
}

Page::Page(const QString& heading, QWidget* parent)
    : QWidget(parent)
    , m_headingText(heading)
    , m_header(new QWidget)
    , m_heading(new Label(TextRole::Heading, heading))
    , m_detail(new Label(TextRole::Secondary))
    , m_answer(new Label(TextRole::Body))
    , m_actions(new QWidget)
    , m_more(makeToolButton(QStringLiteral("more"), tr("More actions"), m_header))
    , m_headingLine(new QHBoxLayout)
    , m_actionsLine(new QHBoxLayout)
    , m_message(new MessageBar)
    , m_scroll(new QScrollArea)
    , m_content(new QVBoxLayout)
{
    auto* headerLayout = new QVBoxLayout(m_header);
    headerLayout->setContentsMargins(0, 0, 0, 0);
    headerLayout->setSpacing(0);
    headerLayout->addLayout(m_headingLine);
    headerLayout->addLayout(m_actionsLine);
    headerLayout->addWidget(m_answer);
    for (QWidget* part : { static_cast<QWidget*>(m_heading), static_cast<QWidget*>(m_detail) })
        m_headingLine->addWidget(part);
    m_headingLine->addStretch(1);
    m_actionsLine->addStretch(1);
    auto* actions = new QHBoxLayout(m_actions);
    actions->setContentsMargins(0, 0, 0, 0);
    for (QWidget* part : { m_actions, static_cast<QWidget*>(m_more) })
        m_headingLine->addWidget(part);
    m_heading->setAccessibleDescription(tr("Heading"));
    m_answer->setWordWrap(true);
    m_heading->setElided();
    m_heading->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    m_detail->hide();
    m_more->hide();
    connect(m_more, &QToolButton::clicked, this, &Page::openMoreMenu);

    auto* cards = new QWidget;
    cards->setLayout(m_content);
    m_content->setContentsMargins(0, 0, 0, 0);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setWidgetResizable(true);
    m_scroll->setFocusPolicy(Qt::NoFocus);
    m_scroll->viewport()->setAutoFillBackground(false);
    m_scroll->setWidget(cards);
    cards->setAutoFillBackground(false);

    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_header);
    layout->addWidget(m_message);
    layout->addWidget(m_scroll, 1);
    setAutoFillBackground(true);
    setAccessibleName(heading);
    applySizes();
}

void Page::setHeading(const QString& heading)
{
    m_headingText = heading;
    setAccessibleName(heading);
    updateHeader();
}

QString Page::heading() const { return m_headingText; }

void Page::setAnswer(const QString& answer)
{
    m_answer->setText(answer);
    m_answer->setAccessibleName(answer);
    setAccessibleDescription(answer);
}

QString Page::answer() const { return m_answer->text(); }

void Page::setNarrowHeading(const QString& name, const QString& detail)
{
    m_narrowName = name;
    m_narrowDetail = detail;
    updateHeader();
}

void Page::setHeader(Header header)
{
    m_headerStyle = header;
    updateHeader();
}

QString Page::whyNotMainAction() const
{
    if (!m_main || !m_main->isVisibleTo(this))
        return tr("There is nothing to start on this page now.");
    if (m_main->isEnabled())
        return {};
    return m_main->toolTip().isEmpty() ? tr("%1 is not possible now.").arg(m_main->text())
                                       : m_main->toolTip();
}

void Page::triggerMainAction()
{
    if (whyNotMainAction().isEmpty())
        m_main->click();
}

void Page::setBreakpoint(Breakpoint breakpoint)
{
    if (breakpoint == m_breakpoint)
        return;
    m_breakpoint = breakpoint;
    applySizes();
    arrange();
}

QPushButton* Page::addAction(const QString& text, const QString& iconName)
{
    QPushButton* button = makeButton(text, iconName);
    m_actions->layout()->addWidget(button);
    m_secondary.append(button);
    updateHeader();
    return button;
}

QPushButton* Page::addPrimaryAction(const QString& text, const QString& iconName)
{
    QPushButton* button = makePrimaryButton(text, iconName);
    m_actions->layout()->addWidget(button);
    if (!m_main)
        m_main = button;
    return button;
}

void Page::addHeaderWidget(QWidget* widget) { m_actions->layout()->addWidget(widget); }

void Page::setSideMargin(int pixels)
{
    m_sideMargin = pixels;
    applySizes();
}

void Page::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::ApplicationFontChange) {
        applySizes();
        arrange();
    }
}

int Page::contentWidth() const
{
    const QMargins margins = layout()->contentsMargins();
    return width() - margins.left() - margins.right()
        - style()->pixelMetric(QStyle::PM_ScrollBarExtent);
}

bool Page::lacksHeaderRoom() const
{
    int needed = m_heading->sizeHint().width();
    for (int i = 0; i < m_actions->layout()->count(); ++i) {
        QWidget* widget = m_actions->layout()->itemAt(i)->widget();
        const bool secondary = m_secondary.contains(qobject_cast<QPushButton*>(widget));
        if (secondary || !widget->isHidden())
            needed += widget->sizeHint().width() + scaled(8);
    }
    const QMargins margins = layout()->contentsMargins();
    return needed > width() - margins.left() - margins.right();
}

void Page::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    if (event->size().width() == event->oldSize().width())
        return;
    updateHeader();
    arrange();
}

void Page::showEvent(QShowEvent* event)
{
    // What was filled while the page was hidden has not told the layouts around it its new size.
    for (QLayout* layout : findChildren<QLayout*>())
        layout->invalidate();
    QWidget::showEvent(event);
}

void Page::applySizes()
{
    const bool narrow = m_breakpoint == Breakpoint::Narrow;
    const int side = scaled(narrow ? 8 : m_sideMargin), gap = scaled(narrow ? 8 : 12);
    layout()->setContentsMargins(side, scaled(narrow ? 4 : 12), side, gap);
    layout()->setSpacing(gap);
    m_content->setSpacing(gap);
    for (QLayout* line : { m_actions->layout(), static_cast<QLayout*>(m_headingLine) })
        line->setSpacing(scaled(8));
    placeAnswer();
    m_heading->setMinimumHeight(scaled(26));
    m_answer->setMinimumHeight(scaled(22));
    updateHeader();
}

/// A narrow window is a low one, too: there it scrolls with the cards.
void Page::placeAnswer()
{
    const bool scrolls = m_breakpoint == Breakpoint::Narrow;
    if (scrolls == (m_content->indexOf(m_answer) >= 0))
        return;
    QLayout* header = m_header->layout();
    if (scrolls) {
        header->removeWidget(m_answer);
        m_content->insertWidget(0, m_answer);
    } else {
        m_content->removeWidget(m_answer);
        header->addWidget(m_answer);
    }
}

/// Under the heading where it would be cut beside the main button, even alone.
void Page::placeActions()
{
    int needed = m_heading->sizeHint().width();
    for (const QWidget* part : { m_actions, static_cast<QWidget*>(m_more) })
        if (!part->isHidden())
            needed += part->sizeHint().width() + scaled(8);
    const QMargins margins = layout()->contentsMargins();
    QLayout* line
        = needed > width() - margins.left() - margins.right() ? m_actionsLine : m_headingLine;
    if (line->indexOf(m_actions) >= 0)
        return;
    for (QWidget* part : { m_actions, static_cast<QWidget*>(m_more) }) {
        m_headingLine->removeWidget(part);
        m_actionsLine->removeWidget(part);
        line->addWidget(part);
    }
}

void Page::updateHeader()
{
    const bool narrow = m_breakpoint == Breakpoint::Narrow;
    const bool named = narrow && m_headerStyle == Header::ByRoom && !m_narrowName.isEmpty();
    m_heading->setText(named ? m_narrowName : m_headingText);
    m_detail->setText(m_narrowDetail);
    m_detail->setVisible(named && !m_narrowDetail.isEmpty());
    m_answer->setVisible(!named);
    const bool folded = narrow || lacksHeaderRoom();
    for (QPushButton* button : m_secondary)
        button->setVisible(!folded);
    m_more->setVisible(folded && !m_secondary.isEmpty());
    placeActions();
}

void Page::openMoreMenu()
{
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->setToolTipsVisible(true);
    for (QPushButton* button : m_secondary) {
        QAction* action = menu->addAction(button->icon(), button->text());
        action->setEnabled(button->isEnabled());
        action->setToolTip(button->toolTip());
        connect(action, &QAction::triggered, button, &QPushButton::click);
    }
    menu->popup(m_more->mapToGlobal(QPoint(0, m_more->height())));
}

} // namespace widgets
