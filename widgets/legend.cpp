// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/legend.h"

#include "widgets/theme.h"

#include <QtGui/QPainter>

namespace widgets {
namespace {
    constexpr int square = 10, afterSquare = 6, afterText = 14, entryHeight = 20;
}

Legend::Legend(QWidget* parent)
    : QWidget(parent)
{
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
}

void Legend::setEntries(std::vector<Entry> entries)
{
    m_entries = std::move(entries);
    QStringList words;
    for (const Entry& entry : m_entries)
        words.append(entry.text);
    setAccessibleName(words.join(QStringLiteral(", ")));
    updateGeometry();
    update();
}

std::vector<QRect> Legend::rects(int width) const
{
    const QFontMetrics metrics(textFont(12));
    std::vector<QRect> rects;
    int x = 0, y = 0;
    for (const Entry& entry : m_entries) {
        const int wide = scaled(square + afterSquare) + metrics.horizontalAdvance(entry.text) + 2;
        if (x > 0 && x + wide > width) {
            x = 0;
            y += scaled(entryHeight);
        }
        rects.emplace_back(x, y, wide, scaled(entryHeight));
        x += wide + scaled(afterText);
    }
    return rects;
}

QSize Legend::sizeHint() const
{
    const std::vector<QRect> all = rects(QWIDGETSIZE_MAX);
    return { all.empty() ? 0 : all.back().right() + 1, scaled(entryHeight) };
}

int Legend::heightForWidth(int width) const
{
    const std::vector<QRect> all = rects(width);
    return all.empty() ? scaled(entryHeight) : all.back().bottom() + 1;
}

void Legend::drawMark(QPainter& painter, const Entry& entry, const QRectF& rect) const
{
    const Tokens tokens = tokensOf(palette());
    const QColor ink = tokens.*entry.ink;
    const bool isHollow = entry.mark == Mark::Hollow || entry.mark == Mark::Diamond;
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing, entry.mark != Mark::Square);
    painter.setPen(QPen(ink, 1.5));
    painter.setBrush(isHollow ? tokens.base : ink);
    const QRectF inner = rect.adjusted(1, 1, -1, -1);
    switch (entry.mark) {
    case Mark::Square:
        painter.fillRect(rect, ink);
        break;
    case Mark::Hollow:
        painter.drawRect(inner);
        break;
    case Mark::Disc:
        painter.drawEllipse(inner);
        break;
    case Mark::Dashes:
        painter.setPen(QPen(ink, 1.5, Qt::DashLine));
        painter.drawLine(QPointF(rect.left(), rect.center().y()),
            QPointF(rect.right() + scaled(3), rect.center().y()));
        break;
    case Mark::Diamond:
        painter.drawPolygon(QPolygonF()
            << QPointF(rect.center().x(), rect.top()) << QPointF(rect.right(), rect.center().y())
            << QPointF(rect.center().x(), rect.bottom())
            << QPointF(rect.left(), rect.center().y()));
        break;
    }
    painter.restore();
}

void Legend::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const Tokens tokens = tokensOf(palette());
    painter.setFont(textFont(12));
    const int side = scaled(square);
    const std::vector<QRect> places = rects(width());
    for (std::size_t i = 0; i < places.size(); ++i) {
        const QRect& place = places[i];
        drawMark(painter, m_entries[i],
            QRectF(place.left(), place.top() + (place.height() - side) / 2, side, side));
        painter.setPen(tokens.text);
        painter.drawText(place.adjusted(side + scaled(afterSquare), 0, 0, 0), Qt::AlignVCenter,
            m_entries[i].text);
    }
}

} // namespace widgets
