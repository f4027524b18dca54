// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/export/filebar.h"

#include "widgets/format.h"
#include "widgets/theme.h"

#include <QtGui/QFontMetricsF>
#include <QtGui/QMouseEvent>
#include <QtGui/QPainter>
#include <QtWidgets/QToolTip>

namespace widgets {
namespace {

    constexpr int stripHeight = 28;
    constexpr int legendHeight = 24;
    constexpr int swatch = 10;
    constexpr int legendGap = 24; ///< between two entries

    double total(const std::vector<FilePart>& parts)
    {
        double bytes = 0;
        for (const FilePart& part : parts)
            bytes += double(part.bytes);
        return bytes;
    }

} // namespace

FileBar::FileBar(QWidget* parent)
    : QWidget(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setAccessibleName(tr("What is in the file"));
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
}

void FileBar::setParts(std::vector<FilePart> parts)
{
    m_parts = std::move(parts);
    m_focused = 0;
    QStringList texts;
    for (const FilePart& part : m_parts)
        texts << tr("%1 %2").arg(part.name, sizeText(double(part.bytes)));
    setAccessibleDescription(texts.join(QStringLiteral(", ")));
    updateGeometry();
    update();
}

int FileBar::heightForWidth(int width) const
{
    const std::vector<QRectF> legends = legendRects(width);
    return legends.empty() ? scaled(stripHeight + 8 + legendHeight) : int(legends.back().bottom());
}

QSize FileBar::sizeHint() const
{
    return { scaled(320), heightForWidth(width() > 0 ? width() : scaled(800)) };
}

QRectF FileBar::barRect() const { return { 0, 0, double(width()), double(scaled(stripHeight)) }; }

QRectF FileBar::partRect(int index) const
{
    double before = 0;
    for (int i = 0; i < index; ++i)
        before += double(m_parts[std::size_t(i)].bytes);
    const double all = std::max(1.0, total(m_parts));
    const QRectF bar = barRect();
    const double left = bar.width() * before / all;
    const double size = bar.width() * double(m_parts[std::size_t(index)].bytes) / all;
    return { bar.left() + left, bar.top(), size, bar.height() };
}

QString FileBar::legendText(int index) const
{
    return m_parts[std::size_t(index)].name + QStringLiteral("  ");
}

std::vector<QRectF> FileBar::legendRects(int width) const
{
    const QFontMetricsF metrics(textFont(13));
    std::vector<double> widths;
    double all = 0;
    for (int i = 0; i < int(m_parts.size()); ++i) {
        const QString size = sizeText(double(m_parts[std::size_t(i)].bytes));
        widths.push_back(scaled(swatch + 6) + metrics.horizontalAdvance(legendText(i) + size));
        all += widths.back();
    }
    const double room = (width - all) / std::max<std::size_t>(1, widths.size() - 1);
    const double gap = std::clamp(room, double(scaled(8)), double(scaled(legendGap)));
    std::vector<QRectF> rects;
    double left = 0, top = scaled(stripHeight + 8);
    for (const double entry : widths) {
        if (left > 0 && left + entry > width) {
            left = 0;
            top += scaled(legendHeight);
        }
        rects.emplace_back(left, top, entry, scaled(legendHeight));
        left += entry + gap;
    }
    return rects;
}

QColor FileBar::partColor(int index) const
{
    const Tokens tokens = tokensOf(palette());
    switch (m_parts[std::size_t(index)].kind) {
    case FilePart::Kind::Metadata:
        return tokens.original;
    case FilePart::Kind::Embedding:
        return tokens.magnitude[2];
    case FilePart::Kind::Attention:
        return tokens.magnitude[3];
    case FilePart::Kind::FeedForward:
        return tokens.magnitude[4];
    case FilePart::Kind::Other:
        return tokens.runs[2];
    case FilePart::Kind::Norms:
        return tokens.runs[4];
    case FilePart::Kind::Head:
        return tokens.magnitude[1];
    }
    return tokens.original;
}

void FileBar::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setFont(textFont(13));
    const Tokens tokens = tokensOf(palette());
    const std::vector<QRectF> legends = legendRects(width());
    for (int i = 0; i < int(m_parts.size()); ++i) {
        const QRectF part = partRect(i);
        painter.fillRect(part, partColor(i));
        painter.fillRect(QRectF(part.right() - 1, part.top(), 1, part.height()), tokens.base);
        const QRectF legend = legends[std::size_t(i)];
        const double size = scaled(swatch);
        painter.fillRect(
            QRectF(legend.left(), legend.center().y() - size / 2, size, size), partColor(i));
        const QRectF text = legend.adjusted(scaled(swatch + 6), 0, 1, 0);
        painter.setPen(tokens.text);
        painter.drawText(text, Qt::AlignLeft | Qt::AlignVCenter, legendText(i));
        painter.setPen(tokens.text2);
        painter.drawText(text, Qt::AlignRight | Qt::AlignVCenter,
            sizeText(double(m_parts[std::size_t(i)].bytes)));
    }
    if (hasFocus() && m_focused < int(m_parts.size())) {
        painter.setPen(QPen(tokens.accent, 2));
        painter.drawRect(partRect(m_focused).adjusted(1, 1, -1, -1));
    }
}

int FileBar::partAt(const QPointF& position) const
{
    const std::vector<QRectF> legends = legendRects(width());
    for (int i = 0; i < int(m_parts.size()); ++i) {
        if (partRect(i).contains(position) || legends[std::size_t(i)].contains(position))
            return i;
    }
    return -1;
}

void FileBar::mousePressEvent(QMouseEvent* event)
{
    const int part = partAt(event->position());
    if (part >= 0) {
        m_focused = part;
        update();
        emit partChosen(part);
    }
}

void FileBar::mouseMoveEvent(QMouseEvent* event)
{
    const int part = partAt(event->position());
    setCursor(part >= 0 ? Qt::PointingHandCursor : Qt::ArrowCursor);
    setToolTip(part < 0 ? QString()
                        : tr("%1: %2").arg(m_parts[std::size_t(part)].name,
                            exactSizeText(m_parts[std::size_t(part)].bytes)));
}

void FileBar::keyPressEvent(QKeyEvent* event)
{
    const int last = int(m_parts.size()) - 1;
    if (event->key() == Qt::Key_Left)
        m_focused = std::max(0, m_focused - 1);
    else if (event->key() == Qt::Key_Right)
        m_focused = std::min(last, m_focused + 1);
    else if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) && last >= 0)
        emit partChosen(m_focused);
    else
        return QWidget::keyPressEvent(event);
    update();
}

void FileBar::focusInEvent(QFocusEvent* event)
{
    QWidget::focusInEvent(event);
    update();
}

void FileBar::focusOutEvent(QFocusEvent* event)
{
    QWidget::focusOutEvent(event);
    update();
}

} // namespace widgets
