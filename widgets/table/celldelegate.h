// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStyledItemDelegate>

namespace widgets {

/// Draws a cell of the tensor table in the colour of its tone; text keeps its colour when selected.
class CellDelegate : public QStyledItemDelegate {
    Q_OBJECT

public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;

protected:
    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override;
    /// The row's background and focus, without text; gives the room left for the content.
    static QRect drawBackground(QPainter* painter, const QStyleOptionViewItem& option);
    static void drawText(
        QPainter* painter, const QStyleOptionViewItem& option, const QRect& rect, int alignment);
};

/// A number with a bar before it, as long as the value is large in its column.
class BarDelegate : public CellDelegate {
    Q_OBJECT

public:
    using CellDelegate::CellDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
        const QModelIndex& index) const override;
};

/// How far a tensor is in a quantization, and whether it was read back: an icon and a word.
class StateDelegate : public CellDelegate {
    Q_OBJECT

public:
    using CellDelegate::CellDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
        const QModelIndex& index) const override;
};

} // namespace widgets
