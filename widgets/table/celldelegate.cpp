// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/table/celldelegate.h"

#include "widgets/icons.h"
#include "widgets/models/tensormodel.h"
#include "widgets/theme.h"
#include "widgets/themetokens.h"

#include <QApplication>
#include <QPainter>

namespace widgets {

namespace {

    constexpr int rowHeight = 24;
    constexpr int padding = 8;
    constexpr int valueBarHeight = 10;
    constexpr int barWidth = 34; ///< of the largest value
    constexpr int iconSize = 16;

    using Tone = TensorCell::Tone;

    QColor toneColor(Tone tone, const QPalette& palette)
    {
        const Tokens tokens = tokensOf(palette);
        switch (tone) {
        case Tone::Secondary:
            return tokens.text2;
        case Tone::Loss:
            return tokens.loss;
        case Tone::Choice:
            return tokens.accent;
        case Tone::Error:
            return tokens.err;
        case Tone::Normal:
        case Tone::Strong:
        case Tone::Ok:
            break;
        }
        return tokens.text;
    }

    struct StateIcon {
        const char* name;
        Ink ink;
    };

    StateIcon iconOf(RunFacts::State state)
    {
        switch (state) {
        case RunFacts::State::Done:
        case RunFacts::State::Kept:
            return { "check", Ink::Ok };
        case RunFacts::State::Rounding:
            return { "play", Ink::Accent };
        case RunFacts::State::Failed:
            return { "error", Ink::Err };
        default:
            return { "waiting", Ink::Text2 };
        }
    }

} // namespace

QSize CellDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    return { QStyledItemDelegate::sizeHint(option, index).width(), scaled(rowHeight) };
}

void CellDelegate::initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const
{
    QStyledItemDelegate::initStyleOption(option, index);
    const auto tone = Tone(index.data(TensorModel::ToneRole).toInt());
    option->palette.setColor(QPalette::Text, toneColor(tone, option->palette));
    option->palette.setColor(QPalette::HighlightedText, toneColor(tone, option->palette));
    const bool emphasised = tone == Tone::Strong || tone == Tone::Choice
        || (tone == Tone::Loss && index.column() != int(TensorColumn::ErrorDifference)
            && index.column() != int(TensorColumn::WeightErrorDifference)
            && index.column() != int(TensorColumn::Change)
            && index.column() != int(TensorColumn::MaxOverMedian)
            && index.column() != int(TensorColumn::PredictedLoss));
    option->font.setBold(emphasised);
    option->fontMetrics = QFontMetrics(option->font);
    // Names of tensors begin alike: what differs is at their end.
    const bool isName = index.column() == int(TensorColumn::Tensor);
    option->textElideMode = isName ? Qt::ElideLeft : Qt::ElideRight;
}

QRect CellDelegate::drawBackground(QPainter* painter, const QStyleOptionViewItem& option)
{
    const QWidget* widget = option.widget;
    const QStyle* style = widget ? widget->style() : QApplication::style();
    style->drawPrimitive(QStyle::PE_PanelItemViewItem, &option, painter, widget);
    return option.rect.adjusted(scaled(padding), 0, -scaled(padding), 0);
}

void CellDelegate::drawText(
    QPainter* painter, const QStyleOptionViewItem& option, const QRect& rect, int alignment)
{
    painter->setFont(option.font);
    painter->setPen(option.palette.color(QPalette::Text));
    painter->drawText(rect, alignment | Qt::AlignVCenter | Qt::TextSingleLine,
        option.fontMetrics.elidedText(option.text, option.textElideMode, rect.width()));
}

void BarDelegate::paint(
    QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    QStyleOptionViewItem cell = option;
    initStyleOption(&cell, index);
    painter->save();
    const QRect room = drawBackground(painter, cell);
    const QVariant share = index.data(TensorModel::BarRole);
    const int textWidth = cell.fontMetrics.horizontalAdvance(cell.text);
    if (share.isValid() && room.width() >= scaled(barWidth) + textWidth) {
        const Tokens tokens = tokensOf(option.palette);
        const bool loss = Tone(index.data(TensorModel::ToneRole).toInt()) == Tone::Loss;
        const int width = std::max(1, int(share.toDouble() * scaled(barWidth) + 0.5));
        const int height = scaled(valueBarHeight);
        const int left = cell.direction == Qt::RightToLeft ? room.right() - width + 1 : room.left();
        const QRect bar(left, room.top() + (room.height() - height) / 2, width, height);
        const QColor ink = loss ? tokens.loss : tokens.original;
        if (index.data(TensorModel::PredictedRole).toBool() && width > 2) {
            painter->setPen(QPen(ink, scaled(1)));
            painter->drawRect(bar.adjusted(0, 0, -1, -1));
        } else {
            painter->fillRect(bar, ink);
        }
        if (loss) // the bar carries the colour, the number stays readable text
            cell.palette.setColor(QPalette::Text, tokens.text);
    }
    drawText(painter, cell, room, Qt::AlignRight);
    painter->restore();
}

void StateDelegate::paint(
    QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    QStyleOptionViewItem cell = option;
    initStyleOption(&cell, index);
    painter->save();
    QRect room = drawBackground(painter, cell);
    const QVariant state = index.data(TensorModel::StateRole);
    const auto tone = Tone(index.data(TensorModel::ToneRole).toInt());
    const bool readBack = index.column() == int(TensorColumn::ReadBack);
    if (!cell.text.isEmpty() && state.isValid() && (!readBack || tone == Tone::Ok)) {
        const StateIcon shown
            = readBack ? StateIcon{ "check", Ink::Ok } : iconOf(RunFacts::State(state.toInt()));
        const int size = scaled(iconSize);
        const QRect place(room.left(), room.top() + (room.height() - size) / 2, size, size);
        icon(QString::fromLatin1(shown.name), shown.ink).paint(painter, place);
        room.setLeft(place.right() + scaled(padding) / 2);
    }
    drawText(painter, cell, room, Qt::AlignLeft);
    painter->restore();
}

} // namespace widgets
