// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/inkdelegate.h"

namespace widgets {

void InkDelegate::initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const
{
    QStyledItemDelegate::initStyleOption(option, index);
    option->palette.setColor(QPalette::HighlightedText, option->palette.color(QPalette::Text));
}

} // namespace widgets
