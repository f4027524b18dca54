// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/table/formatdelegate.h"

#include "core/formats/study.h"
#include "widgets/icons.h"
#include "widgets/models/formatabout.h"
#include "widgets/models/tensormodel.h"
#include "widgets/theme.h"
#include "widgets/themetokens.h"

#include <QComboBox>
#include <QPainter>

#include <algorithm>

namespace widgets {

namespace {

    constexpr int glyphWidth = 33, leastGlyph = 14;
    constexpr int glyphHeight = 12;
    constexpr int gap = 6;
    constexpr int fallbackIconSize = 16;
    constexpr double fullBits = 8.5; ///< a full glyph: Q8_0 and more

    void drawGlyph(QPainter* painter, const QRect& rect, double bits, const QPalette& palette)
    {
        const Tokens tokens = tokensOf(palette);
        painter->setPen(QPen(tokens.buttonLine, 0));
        painter->setBrush(tokens.base);
        painter->drawRect(rect.adjusted(0, 0, -1, -1));
        const double share = std::clamp(bits / fullBits, 0.0, 1.0);
        painter->fillRect(
            QRect(rect.left(), rect.top(), int(share * rect.width() + 0.5), rect.height()),
            tokens.accent);
    }

} // namespace

void FormatDelegate::paint(
    QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    QStyleOptionViewItem cell = option;
    initStyleOption(&cell, index);
    painter->save();
    QRect room = drawBackground(painter, cell);
    const auto* format = index.data(TensorModel::FormatRole).value<const core::Format*>();
    const bool editable = index.flags().testFlag(Qt::ItemIsEditable);
    const int textWidth = cell.fontMetrics.horizontalAdvance(cell.text);
    const int free = room.width() - textWidth - scaled(gap) - scaled(fallbackIconSize);
    const int glyph = std::min(free, scaled(glyphWidth)); // narrower beside a long name
    if (format && glyph >= scaled(leastGlyph)) {
        const int height = scaled(glyphHeight);
        drawGlyph(painter,
            QRect(room.left(), room.top() + (room.height() - height) / 2, glyph, height),
            format->bitsPerWeight(), option.palette);
        room.setLeft(room.left() + glyph + scaled(gap));
    }
    if (format && editable) {
        const int size = scaled(fallbackIconSize);
        icon(QStringLiteral("chevron-down"), Ink::Text2)
            .paint(painter, QRect(room.right() - size, room.center().y() - size / 2, size, size));
        room.setRight(room.right() - size);
    }
    drawText(painter, cell, room, Qt::AlignLeft);
    painter->restore();
}

QWidget* FormatDelegate::createEditor(
    QWidget* parent, const QStyleOptionViewItem&, const QModelIndex&) const
{
    auto* editor = new QComboBox(parent);
    addAsInFile(*editor);
    addFormats(*editor);
    editor->setAccessibleName(tr("Format of the selected tensors"));
    connect(editor, &QComboBox::activated, this, [this, editor] {
        auto* self = const_cast<FormatDelegate*>(this); // signals of a delegate are not const
        emit self->commitData(editor);
        emit self->closeEditor(editor);
    });
    return editor;
}

void FormatDelegate::setEditorData(QWidget* editor, const QModelIndex& index) const
{
    auto* combo = qobject_cast<QComboBox*>(editor);
    const auto* format = index.data(TensorModel::FormatRole).value<const core::Format*>();
    chooseFormat(*combo, format);
    QMetaObject::invokeMethod(combo, &QComboBox::showPopup, Qt::QueuedConnection);
}

void FormatDelegate::setModelData(
    QWidget* editor, QAbstractItemModel*, const QModelIndex& index) const
{
    const auto* combo = qobject_cast<QComboBox*>(editor);
    const auto* format = combo->currentData().value<const core::Format*>();
    const auto* before = index.data(TensorModel::FormatRole).value<const core::Format*>();
    if (format && !core::isSameFormat(format, before))
        emit formatChosen(index, format);
}

} // namespace widgets
