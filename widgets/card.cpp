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
    , m_titleLayout(new QHBoxLayout)
    , m_controlLayout(new QHBoxLayout)
    , m_title(new Label(TextRole::Strong, title))
    , m_hint(new Label(TextRole::Secondary))
    , m_hintBelow(new Label(TextRole::Secondary))
    , m_below(new QVBoxLayout)
    , m_content(new QVBoxLayout)
{
    setFrameShape(QFrame::StyledPanel); // PE_Frame: one line in the colour of lines
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    auto* rows = new QVBoxLayout(m_titleRow);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(0);
    rows->addLayout(m_titleLayout);
    rows->addLayout(m_controlLayout);
    m_titleLayout->addWidget(m_title);
    m_titleLayout->addWidget(m_hint);
    m_titleLayout->addStretch(1);
    m_title->setHidden(title.isEmpty());
    for (Label* label : { m_title, m_hint }) { // the tools keep their width
        label->setElided();
        label->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    }
    m_hintBelow->setWordWrap(true);
    m_below->addWidget(m_hintBelow);
    m_notes.push_back({ m_hint, m_hintBelow, false });
    m_titleRow->installEventFilter(this);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_titleRow, 0, Qt::AlignTop);
    m_hintBelow->hide();
    m_titleRow->setVisible(!title.isEmpty()); // only now: without a parent it would be a window
    layout->addLayout(m_below);
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
    m_hintBelow->setText(hint);
    setTitleNoteShown(m_hint, !hint.isEmpty());
}

void Card::addTitleNote(QWidget* beside, QWidget* below)
{
    addTool(beside);
    m_below->addWidget(below);
    m_notes.push_back({ beside, below, true });
    placeNotes();
}

void Card::setTitleNoteShown(const QWidget* beside, bool shown)
{
    for (Note& note : m_notes)
        if (note.beside == beside)
            note.shown = shown;
    placeNotes();
}

int Card::titleRoom() const
{
    const QMargins margins = m_titleLayout->contentsMargins();
    int room = width() - 2 * frameWidth() - margins.left() - margins.right();
    const auto take = [&](const QWidget* part) {
        const bool isNote = std::ranges::any_of(
            m_notes, [part](const Note& note) { return note.beside == part; });
        if (!isNote && !part->isHidden())
            room -= part->sizeHint().width() + m_titleLayout->spacing();
    };
    take(m_title);
    std::ranges::for_each(m_titleWidgets, take);
    std::ranges::for_each(m_tools, take);
    return room;
}

void Card::placeControls()
{
    const bool below = !m_title->isHidden() && titleRoom() < 0;
    if (below == m_controlsBelow)
        return;
    m_controlsBelow = below;
    for (QWidget* control : m_titleWidgets)
        (below ? m_titleLayout : m_controlLayout)->removeWidget(control);
    for (QWidget* control : m_tools)
        (below ? m_titleLayout : m_controlLayout)->removeWidget(control);
    QHBoxLayout* layout = below ? m_controlLayout : m_titleLayout;
    if (below)
        layout->addStretch(1);
    for (int i = 0; i < int(m_titleWidgets.size()); ++i)
        layout->insertWidget(below ? i : 2 + i, m_titleWidgets[std::size_t(i)]);
    for (QWidget* tool : m_tools)
        layout->addWidget(tool);
    if (!below)
        delete m_controlLayout->takeAt(0); // the stretch
    applyTitleHeight();
}

void Card::applyTitleHeight()
{
    const bool any = m_controlsBelow;
    m_titleRow->setFixedHeight(scaled(any ? 68 : 36));
    m_controlLayout->setContentsMargins(scaled(12), 0, scaled(8), any ? scaled(4) : 0);
}

void Card::placeNotes()
{
    placeControls();
    int room = m_controlsBelow
        ? width() - m_title->sizeHint().width() - scaled(12 + 8) - m_titleLayout->spacing()
        : titleRoom();
    for (const Note& note : m_notes) {
        const int wanted = note.beside->sizeHint().width() + m_titleLayout->spacing();
        const bool isTool = note.beside != m_hint;
        const bool fits = note.shown && wanted <= room && !(isTool && m_controlsBelow);
        room -= fits ? wanted : 0;
        note.beside->setVisible(fits);
        note.below->setVisible(note.shown && !fits);
    }
    const bool any
        = std::ranges::any_of(m_notes, [](const Note& note) { return !note.below->isHidden(); });
    m_below->setContentsMargins(scaled(12), 0, scaled(12), any ? scaled(4) : 0);
}

void Card::addTitleWidget(QWidget* widget)
{
    m_titleWidgets.push_back(widget);
    const int place = int(m_titleWidgets.size()) - 1;
    if (m_controlsBelow)
        m_controlLayout->insertWidget(place, widget);
    else
        m_titleLayout->insertWidget(2 + place, widget);
    m_titleRow->show();
}

void Card::addTool(QWidget* widget)
{
    m_tools.push_back(widget);
    (m_controlsBelow ? m_controlLayout : m_titleLayout)->addWidget(widget);
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

void Card::resizeEvent(QResizeEvent* event)
{
    QFrame::resizeEvent(event);
    placeNotes();
}

bool Card::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::LayoutRequest)
        placeNotes();
    return QFrame::eventFilter(watched, event);
}

void Card::changeEvent(QEvent* event)
{
    QFrame::changeEvent(event);
    if (event->type() == QEvent::ApplicationFontChange)
        applySizes();
}

void Card::applySizes()
{
    applyTitleHeight();
    m_titleLayout->setContentsMargins(scaled(12), 0, scaled(8), 0);
    m_controlLayout->setSpacing(scaled(8));
    m_titleLayout->setSpacing(scaled(8));
    const int margin = std::max(1, scaled(m_margin)); // never over the frame
    m_content->setContentsMargins(margin, m_titleRow->isHidden() ? margin : 0, margin, margin);
    m_content->setSpacing(scaled(8));
    m_below->setSpacing(scaled(4));
    placeNotes();
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
