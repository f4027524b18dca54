// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/legend.h"

#include "widgets/theme.h"

#include <QtGui/QPainter>

namespace widgets {
namespace {
    constexpr int square = 10, afterSquare = 6, afterText = 14;
}

Legend::Legend(QWidget* parent)
    : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
}

void Legend::setEntries(std::vector<Entry> entries)
{
    m_entries = std::move(entries);
    QStringList words;
    for (const Entry& entry : m_entries)
        words.append(entry.text);
    setAccessibleName(words.join(QStringLiteral(", ")));
    updateGeometry();
    updateFit();
    update();
}

int Legend::lineWidth() const
{
    const QFontMetrics metrics(textFont(12));
    int width = 0;
    for (const Entry& entry : m_entries)
        width += scaled(square + afterSquare + afterText) + metrics.horizontalAdvance(entry.text);
    return std::max(0, width - scaled(afterText) + 2);
}

QSize Legend::sizeHint() const { return { lineWidth(), m_fits ? scaled(20) : 0 }; }

void Legend::updateFit()
{
    if (const bool fits = width() >= lineWidth(); fits != m_fits) {
        m_fits = fits;
        updateGeometry();
    }
}

void Legend::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    updateFit();
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
    if (!m_fits)
        return; // half a legend explains nothing; screen readers have it
    QPainter painter(this);
    const Tokens tokens = tokensOf(palette());
    painter.setFont(textFont(12));
    painter.setPen(tokens.text);
    int x = 0;
    const int side = scaled(square);
    for (const Entry& entry : m_entries) {
        drawMark(painter, entry, QRectF(x, (height() - side) / 2, side, side));
        painter.setPen(tokens.text);
        x += side + scaled(afterSquare);
        const int width = painter.fontMetrics().horizontalAdvance(entry.text);
        painter.drawText(QRect(x, 0, width + 2, height()), Qt::AlignVCenter, entry.text);
        x += width + scaled(afterText);
    }
}

} // namespace widgets
