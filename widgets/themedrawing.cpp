// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/themedrawing.h"

#include "widgets/theme.h"

#include <QtGui/QPainter>
#include <QtGui/QPainterPath>
#include <QtWidgets/QStyleOption>

namespace widgets {
namespace {
    /// Painter state kept for the time of one drawing.
    class Saved {
    public:
        explicit Saved(QPainter* painter)
            : m_painter(painter)
        {
            painter->save();
            painter->setRenderHint(QPainter::Antialiasing);
        }
        ~Saved() { m_painter->restore(); }
        Saved(const Saved&) = delete;
        Saved& operator=(const Saved&) = delete;

    private:
        QPainter* m_painter;
    };

    QRectF inner(const QRect& rect) { return QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5); }

    QColor blend(const QColor& a, const QColor& b, double share)
    {
        return QColor::fromRgbF(float(a.redF() + share * (b.redF() - a.redF())),
            float(a.greenF() + share * (b.greenF() - a.greenF())),
            float(a.blueF() + share * (b.blueF() - a.blueF())));
    }

    bool has(const QStyleOption& option, QStyle::StateFlag flag)
    {
        return option.state.testFlag(flag);
    }

    QColor borderOf(const QStyleOption& option)
    {
        return option.palette.color(
            has(option, QStyle::State_Enabled) ? QPalette::Active : QPalette::Disabled,
            QPalette::Dark);
    }
} // namespace

void drawButton(QPainter* painter, const QStyleOption& option, bool primary, bool flat)
{
    const Saved saved(painter);
    const Tokens tokens = tokensOf(option.palette);
    const bool enabled = has(option, QStyle::State_Enabled);
    const bool down = has(option, QStyle::State_Sunken), on = has(option, QStyle::State_On);
    const bool hover = enabled && has(option, QStyle::State_MouseOver);
    QColor fill = flat ? QColor(Qt::transparent) : tokens.base;
    QColor border = flat ? QColor(Qt::transparent) : borderOf(option);
    if (primary && enabled) {
        fill = border = tokens.accent;
        if (hover || down)
            fill = border = blend(tokens.accent, tokens.text, down ? 0.25 : 0.12);
    } else if (down || on) {
        fill = tokens.selection;
    } else if (hover) {
        fill = flat ? tokens.grid : tokens.window;
    }
    painter->setPen(border.alpha() == 0 ? QPen(Qt::NoPen) : QPen(border, 1));
    painter->setBrush(fill);
    painter->drawRoundedRect(inner(option.rect), cornerRadius, cornerRadius);
}

void drawButtonLabel(QPainter* painter, const QStyleOptionButton& option, bool primary)
{
    const Saved saved(painter);
    const bool enabled = has(option, QStyle::State_Enabled);
    const bool menu = option.features.testFlag(QStyleOptionButton::HasMenu);
    QRect room = option.rect.adjusted(scaled(6), 0, -scaled(menu ? 24 : 6), 0);
    const QSize size = option.icon.isNull() ? QSize(0, 0) : option.iconSize;
    const int gap = option.icon.isNull() || option.text.isEmpty() ? 0 : scaled(8);
    const int flags = Qt::AlignVCenter | Qt::TextShowMnemonic | Qt::TextSingleLine;
    const int text = option.fontMetrics.size(flags, option.text).width();
    const int left = room.left() + std::max(0, (room.width() - size.width() - gap - text) / 2);
    if (!option.icon.isNull())
        option.icon.paint(painter,
            QRect(QPoint(left, room.center().y() + 1 - size.height() / 2), size), Qt::AlignCenter,
            enabled ? QIcon::Normal : QIcon::Disabled);
    const Tokens tokens = tokensOf(option.palette);
    painter->setPen(!enabled ? tokens.disabled : primary ? tokens.onAccent : tokens.text);
    room.setLeft(left + size.width() + gap);
    painter->drawText(room, flags, option.text);
    if (menu)
        drawChevron(painter,
            QRectF(option.rect.right() - scaled(24), option.rect.top(), scaled(20),
                option.rect.height()),
            Chevron::Down, option);
}

void drawToolIcon(QPainter* painter, const QStyleOptionToolButton& option)
{
    const bool enabled = has(option, QStyle::State_Enabled);
    QRect box(QPoint(), option.iconSize);
    box.moveCenter(option.rect.center());
    option.icon.paint(painter, box, Qt::AlignCenter, enabled ? QIcon::Normal : QIcon::Disabled);
}

void drawField(QPainter* painter, const QStyleOption& option)
{
    const Saved saved(painter);
    const Tokens tokens = tokensOf(option.palette);
    const bool enabled = has(option, QStyle::State_Enabled);
    const bool focus = enabled && has(option, QStyle::State_HasFocus);
    painter->setBrush(enabled ? tokens.base : tokens.window);
    painter->setPen(QPen(focus ? tokens.accent : borderOf(option), focus ? 2 : 1));
    const QRectF rect = focus ? QRectF(option.rect).adjusted(1, 1, -1, -1) : inner(option.rect);
    painter->drawRoundedRect(rect, cornerRadius, cornerRadius);
}

void drawFocusRing(QPainter* painter, const QRectF& rect, const QStyleOption& option)
{
    const Saved saved(painter);
    painter->setPen(QPen(tokensOf(option.palette).accent, 2));
    painter->setBrush(Qt::NoBrush);
    painter->drawRoundedRect(rect.adjusted(1, 1, -1, -1), cornerRadius, cornerRadius);
}

void drawCheckBox(QPainter* painter, const QStyleOption& option)
{
    const Saved saved(painter);
    const Tokens tokens = tokensOf(option.palette);
    const bool enabled = has(option, QStyle::State_Enabled);
    const bool on = has(option, QStyle::State_On) || has(option, QStyle::State_NoChange);
    const QRectF box = inner(option.rect).adjusted(1, 1, -1, -1);
    painter->setPen(QPen(on && enabled ? tokens.accent : borderOf(option), 1));
    painter->setBrush(on ? (enabled ? tokens.accent : tokens.line) : tokens.base);
    painter->drawRoundedRect(box, 2, 2);
    if (!on)
        return;
    QPainterPath mark;
    const auto point = [&box](double x, double y) {
        return QPointF(box.left() + x * box.width(), box.top() + y * box.height());
    };
    mark.moveTo(point(0.22, 0.52));
    if (has(option, QStyle::State_NoChange)) {
        mark.lineTo(point(0.78, 0.52));
    } else {
        mark.lineTo(point(0.42, 0.72));
        mark.lineTo(point(0.8, 0.28));
    }
    painter->strokePath(
        mark, QPen(enabled ? tokens.onAccent : tokens.base, 1.6, Qt::SolidLine, Qt::RoundCap));
}

void drawRadioButton(QPainter* painter, const QStyleOption& option)
{
    const Saved saved(painter);
    const Tokens tokens = tokensOf(option.palette);
    const bool enabled = has(option, QStyle::State_Enabled), on = has(option, QStyle::State_On);
    const QRectF box = inner(option.rect).adjusted(1, 1, -1, -1);
    painter->setPen(QPen(on && enabled ? tokens.accent : borderOf(option), 1));
    painter->setBrush(on ? (enabled ? tokens.accent : tokens.line) : tokens.base);
    painter->drawEllipse(box);
    if (on) {
        const double inset = box.width() * 0.3;
        painter->setPen(Qt::NoPen);
        painter->setBrush(enabled ? tokens.onAccent : tokens.base);
        painter->drawEllipse(box.adjusted(inset, inset, -inset, -inset));
    }
}

void drawChevron(
    QPainter* painter, const QRectF& rect, Chevron direction, const QStyleOption& option)
{
    const Saved saved(painter);
    const Tokens tokens = tokensOf(option.palette);
    const double size = scaled(4);
    painter->translate(rect.center());
    painter->rotate(direction == Chevron::Up ? 180 : direction == Chevron::Right ? -90 : 0);
    QPainterPath path(QPointF(-size, -size / 2));
    path.lineTo(0, size / 2);
    path.lineTo(size, -size / 2);
    painter->strokePath(path,
        QPen(has(option, QStyle::State_Enabled) ? tokens.text2 : tokens.disabled, 1.5,
            Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
}

void drawScrollBar(QPainter* painter, const QRectF& handle, const QStyleOptionSlider& option)
{
    const Saved saved(painter);
    if (option.maximum <= option.minimum)
        return;
    const bool flatWays = option.orientation == Qt::Horizontal;
    const QRectF bar = flatWays ? handle.adjusted(1, 2, -1, -1) : handle.adjusted(2, 1, -1, -1);
    const double round = (flatWays ? bar.height() : bar.width()) / 2;
    painter->setPen(Qt::NoPen);
    painter->setBrush(option.palette.color(QPalette::Dark));
    painter->drawRoundedRect(bar, round, round);
}

void drawSlider(
    QPainter* painter, const QRectF& groove, const QRectF& handle, const QStyleOptionSlider& option)
{
    const Saved saved(painter);
    const Tokens tokens = tokensOf(option.palette);
    const bool enabled = has(option, QStyle::State_Enabled);
    const QPointF middle = handle.center();
    QRectF track(groove.left(), groove.center().y() - 2, groove.width(), 4);
    painter->setPen(Qt::NoPen);
    painter->setBrush(tokens.line);
    painter->drawRect(track);
    track.setRight(middle.x());
    painter->setBrush(enabled ? tokens.accent : tokens.disabled);
    painter->drawRect(track);
    painter->setPen(QPen(enabled ? tokens.accent : tokens.disabled, 2));
    painter->setBrush(tokens.base);
    painter->drawEllipse(middle, 7.0, 7.0);
    if (enabled && has(option, QStyle::State_HasFocus)) {
        painter->setBrush(tokens.accent);
        painter->drawEllipse(middle, 3.0, 3.0);
    }
}

} // namespace widgets
