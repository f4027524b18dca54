// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/card.h"

#include "widgets/icons.h"
#include "widgets/label.h"
#include "widgets/theme.h"

#include <QtCore/QEvent>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QToolButton>
#include <QtWidgets/QVBoxLayout>

#include <algorithm>

namespace widgets {

Card::Card(const QString& title, QWidget* parent)
    : QFrame(parent)
    , m_titleRow(new QWidget)
    , m_titleLayout(new QHBoxLayout(m_titleRow))
    , m_title(new Label(TextRole::Strong, title))
    , m_hint(new Label(TextRole::Secondary))
    , m_content(new QVBoxLayout)
{
    setFrameShape(QFrame::StyledPanel); // PE_Frame: one line in the colour of lines
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    m_titleLayout->addWidget(m_title);
    m_titleLayout->addWidget(m_hint);
    m_titleLayout->addStretch(1);
    m_title->setHidden(title.isEmpty());
    m_hint->hide();
    for (Label* label : { m_title, m_hint }) { // the tools keep their width
        label->setElided();
        label->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    }
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_titleRow, 0, Qt::AlignTop);
    m_titleRow->setVisible(!title.isEmpty()); // only now: without a parent it would be a window
    layout->addLayout(m_content, 1);
    setAccessibleName(title);
    applySizes();
}

void Card::setTitle(const QString& title)
{
    m_title->setText(title);
    m_title->setVisible(!title.isEmpty());
    if (!title.isEmpty())
        m_titleRow->show();
    setAccessibleName(title);
}

QString Card::title() const { return m_title->text(); }

void Card::setHint(const QString& hint)
{
    m_hint->setText(hint);
    m_hint->setVisible(!hint.isEmpty());
}

void Card::addTitleWidget(QWidget* widget)
{
    m_titleLayout->insertWidget(2 + m_titleWidgets++, widget);
    m_titleRow->show();
}

void Card::addTool(QWidget* widget)
{
    m_titleLayout->addWidget(widget);
    m_titleRow->show();
}

QToolButton* Card::addToolButton(const QString& iconName, const QString& toolTip)
{
    QToolButton* button = makeToolButton(iconName, toolTip, m_titleRow);
    addTool(button);
    return button;
}

void Card::setContentMargin(int pixels)
{
    m_margin = pixels;
    applySizes();
}

void Card::changeEvent(QEvent* event)
{
    QFrame::changeEvent(event);
    if (event->type() == QEvent::ApplicationFontChange)
        applySizes();
}

void Card::applySizes()
{
    m_titleRow->setFixedHeight(scaled(36));
    m_titleLayout->setContentsMargins(scaled(12), 0, scaled(8), 0);
    m_titleLayout->setSpacing(scaled(8));
    const int margin = std::max(1, scaled(m_margin)); // never over the frame
    m_content->setContentsMargins(margin, m_titleRow->isHidden() ? margin : 0, margin, margin);
    m_content->setSpacing(scaled(8));
}

QFrame* makeLine(Qt::Orientation orientation, QWidget* parent)
{
    auto* line = new QFrame(parent);
    orientation == Qt::Vertical ? line->setFixedWidth(1) : line->setFixedHeight(1);
    line->setAutoFillBackground(true);
    line->setBackgroundRole(QPalette::Mid);
    return line;
}

QToolButton* makeToolButton(const QString& iconName, const QString& toolTip, QWidget* parent)
{
    auto* button = new QToolButton(parent);
    button->setIcon(icon(iconName));
    button->setAutoRaise(true);
    button->setToolTip(toolTip);
    button->setAccessibleName(toolTip);
    button->setFocusPolicy(Qt::TabFocus);
    return button;
}

} // namespace widgets
