// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/start/recentlist.h"

#include "widgets/buttons.h"
#include "widgets/card.h"
#include "widgets/icons.h"
#include "widgets/label.h"
#include "widgets/theme.h"

#include <QtGui/QContextMenuEvent>
#include <QtGui/QPainter>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QMenu>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QVBoxLayout>

#include <algorithm>

namespace widgets {
namespace {

    constexpr int leastFacts = 150; ///< pixels; less would be a few letters
    const QString rowName = QStringLiteral("recent"); ///< what a new list replaces

} // namespace

RecentRow::RecentRow(const RecentEntry& entry, QWidget* parent)
    : QAbstractButton(parent)
    , m_entry(entry)
{
    setText(entry.name);
    setToolTip(entry.session.isEmpty()
            ? entry.path
            : tr("%1\n%2", "a path; what its session holds").arg(entry.path, entry.session));
    setAccessibleName(entry.session.isEmpty()
            ? tr("%1, %2").arg(entry.name, entry.facts)
            : tr("%1, %2, %3", "name, facts, session").arg(entry.name, entry.facts, entry.session));
    setAttribute(Qt::WA_Hover);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    if (!entry.missing)
        setCursor(Qt::PointingHandCursor);
}

QSize RecentRow::sizeHint() const { return { scaled(480), scaled(44) }; }
QSize RecentRow::minimumSizeHint() const { return { scaled(200), scaled(44) }; }

void RecentRow::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const Tokens tokens = tokensOf(palette());
    if (underMouse() || isDown())
        painter.fillRect(rect(), tokens.selection);
    const char* picture = m_entry.missing            ? "warning"
        : m_entry.kind == RecentEntry::Kind::Session ? "clock"
        : m_entry.kind == RecentEntry::Kind::File    ? "file"
                                                     : "folder";
    const int size = scaled(16), side = scaled(12);
    widgets::icon(QString::fromLatin1(picture), m_entry.missing ? Ink::Warn : Ink::Text2)
        .paint(&painter, QRect(side, (height() - size) / 2, size, size));

    const QFont body = textFont(13), caption = textFont(12);
    const QFontMetrics bodies(body), captions(caption);
    const int left = scaled(44), right = width() - side;
    const int dateWidth = std::max(scaled(66), captions.horizontalAdvance(m_entry.date));
    const int sizeWidth = scaled(66), gap = scaled(12);
    const int sizeLeft = right - dateWidth - gap - sizeWidth;
    const int factsLeft = width() * 45 / 100, factsWidth = sizeLeft - factsLeft - gap;
    const bool facts = factsWidth >= scaled(leastFacts), bytes = width() >= scaled(360);
    const int nameRight = facts ? factsLeft : bytes ? sizeLeft : right - dateWidth;
    const int nameWidth = nameRight - left - gap;
    painter.setFont(body);
    painter.setPen(tokens.text);
    painter.drawText(QRect(left, scaled(5), nameWidth, bodies.height()), Qt::AlignVCenter,
        bodies.elidedText(m_entry.name, Qt::ElideRight, nameWidth));
    painter.setFont(caption);
    painter.setPen(tokens.text2);
    painter.drawText(QRect(left, scaled(22), nameWidth, captions.height()), Qt::AlignVCenter,
        facts || m_entry.session.isEmpty()
            ? captions.elidedText(m_entry.folder, Qt::ElideMiddle, nameWidth)
            : captions.elidedText(m_entry.session, Qt::ElideRight, nameWidth));
    painter.drawText(QRect(right - dateWidth, 0, dateWidth, height()),
        Qt::AlignRight | Qt::AlignVCenter, m_entry.date);
    if (bytes)
        painter.drawText(QRect(sizeLeft, 0, sizeWidth, height()), Qt::AlignRight | Qt::AlignVCenter,
            m_entry.size);
    const bool two = !m_entry.session.isEmpty(); // facts over what the session holds
    if (facts)
        painter.drawText(
            QRect(factsLeft, two ? scaled(5) : 0, factsWidth, two ? bodies.height() : height()),
            Qt::AlignVCenter, captions.elidedText(m_entry.facts, Qt::ElideRight, factsWidth));
    if (facts && two)
        painter.drawText(QRect(factsLeft, scaled(22), factsWidth, captions.height()),
            Qt::AlignVCenter, captions.elidedText(m_entry.session, Qt::ElideRight, factsWidth));
    if (hasFocus()) {
        painter.setPen(QPen(tokens.accent, 2));
        painter.drawRect(rect().adjusted(1, 1, -1, -1));
    }
}

void RecentRow::contextMenuEvent(QContextMenuEvent* event)
{
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    if (!m_entry.missing)
        menu->addAction(tr("Open"), this, &QAbstractButton::click);
    if (m_entry.isRemovable)
        menu->addAction(tr("Remove"), this, &RecentRow::removeRequested);
    menu->popup(event->globalPos());
}

RecentList::RecentList(const QString& title, QWidget* parent)
    : QWidget(parent)
    , m_card(new Card)
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(scaled(8));
    layout->addWidget(new Label(TextRole::Strong, title));
    layout->addWidget(m_card);
    m_card->setContentFlush();
    m_card->content()->setSpacing(0);
    setEntries({});
}

void RecentList::setEntries(const std::vector<RecentEntry>& entries)
{
    qDeleteAll(m_card->findChildren<QWidget*>(rowName));
    for (const RecentEntry& entry : entries) {
        if (&entry != &entries.front()) {
            QFrame* line = makeLine(Qt::Horizontal);
            line->setObjectName(rowName);
            m_card->content()->addWidget(line);
        }
        addRow(entry);
        if (!entry.interrupted.isEmpty() && !entry.missing)
            addInterrupted(entry);
    }
    setVisible(!entries.empty());
}

void RecentList::addRow(const RecentEntry& entry)
{
    auto* row = new RecentRow(entry);
    row->setObjectName(rowName);
    const QString path = entry.path;
    if (!entry.missing)
        connect(row, &RecentRow::clicked, this, [this, path] { emit openRequested(path); });
    connect(
        row, &RecentRow::removeRequested, this, [this, path] { emit removeRequested(path); },
        Qt::QueuedConnection); // the answer is a new list without this row
    m_card->content()->addWidget(row);
}

void RecentList::addInterrupted(const RecentEntry& entry)
{
    auto* stopped = new QWidget;
    stopped->setObjectName(rowName);
    auto* text = new Label(TextRole::Caption, entry.interrupted);
    text->setElided();
    auto* resume = makeLinkButton(tr("Resume"));
    resume->setAccessibleName(tr("Resume %1").arg(entry.interrupted));
    const QString path = entry.path;
    connect(resume, &QPushButton::clicked, this, [this, path] { emit resumeRequested(path); });
    auto* line = new QHBoxLayout(stopped);
    line->setContentsMargins(scaled(44), 0, scaled(12), scaled(4));
    line->addWidget(text, 1);
    line->addWidget(resume);
    m_card->content()->addWidget(stopped);
}

} // namespace widgets
