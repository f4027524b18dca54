// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/commandfield.h"

#include "widgets/icons.h"
#include "widgets/theme.h"
#include "widgets/themetokens.h"

#include <QAction>
#include <QPainter>

namespace app {

namespace {

    constexpr int fieldWidth = 240;
    constexpr int fieldHeight = 24;
    constexpr int padding = 8;
    constexpr int searchSize = 16;

} // namespace

CommandField::CommandField(QAction& opensPalette, QWidget* parent)
    : QPushButton(parent)
    , m_shortcut(opensPalette.shortcut().toString(QKeySequence::NativeText))
{
    setText(tr("Search commands"));
    setAccessibleName(text());
    setToolTip(tr("Search commands, formats, pages, tensors (%1)").arg(m_shortcut));
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    connect(this, &QPushButton::clicked, &opensPalette, &QAction::trigger);
}

QSize CommandField::sizeHint() const
{
    return { widgets::scaled(fieldWidth), widgets::scaled(fieldHeight) };
}

void CommandField::paintEvent(QPaintEvent*)
{
    using widgets::scaled;
    const widgets::Tokens tokens = widgets::tokensOf(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(hasFocus() ? tokens.accent : tokens.line, hasFocus() ? 2 : 1));
    painter.setBrush(tokens.base);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3);
    const QRect room = rect().adjusted(scaled(padding), 0, -scaled(padding), 0);
    const int size = scaled(searchSize);
    widgets::icon(QStringLiteral("search"), widgets::Ink::Text2)
        .paint(&painter, QRect(room.left(), (height() - size) / 2, size, size));
    painter.setPen(tokens.text2);
    painter.setFont(widgets::textFont(12));
    painter.drawText(
        room.adjusted(size + scaled(padding), 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter, text());
    painter.drawText(room, Qt::AlignRight | Qt::AlignVCenter, m_shortcut);
}

} // namespace app
