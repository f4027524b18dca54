// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/format.h"
#include "widgets/table/celldelegate.h"

namespace widgets {

/// A tensor's format in the recipe: a glyph filled by its bits, its name, and a combo box of all
/// formats to change it. It changes nothing itself: whoever owns the recipe hears formatChosen().
class FormatDelegate : public CellDelegate {
    Q_OBJECT

public:
    using CellDelegate::CellDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
        const QModelIndex& index) const override;
    QWidget* createEditor(QWidget* parent, const QStyleOptionViewItem& option,
        const QModelIndex& index) const override;
    void setEditorData(QWidget* editor, const QModelIndex& index) const override;
    void setModelData(
        QWidget* editor, QAbstractItemModel* model, const QModelIndex& index) const override;

signals:
    void formatChosen(const QModelIndex& index, const core::Format* format) const;
};

} // namespace widgets
