// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/dialogs/settingstable.h"

#include "widgets/theme.h"

#include <QtGui/QKeyEvent>
#include <QtWidgets/QHeaderView>

namespace widgets {
namespace {

    constexpr QSize leastSize{ 256, 84 }; // a header and three rows
    constexpr Qt::Alignment figureAlignment = Qt::AlignRight | Qt::AlignVCenter;

} // namespace

SettingsTable::SettingsTable(const QStringList& headers, QWidget* parent)
    : QTreeWidget(parent)
{
    setHeaderLabels(headers);
    setAccessibleName(headers.front());
    setSelectionMode(ExtendedSelection);
    setUniformRowHeights(true);
    setAllColumnsShowFocus(true);
    header()->setStretchLastSection(false);
    header()->setSectionsMovable(false);
    header()->setSectionResizeMode(QHeaderView::ResizeToContents);
    header()->setSectionResizeMode(0, QHeaderView::Stretch);
    for (int column = 1; column < columnCount(); ++column)
        headerItem()->setTextAlignment(column, figureAlignment);
}

QSize SettingsTable::sizeHint() const
{
    return { scaled(leastSize.width()), scaled(leastSize.height()) };
}

void SettingsTable::arrange(QTreeWidgetItem& item)
{
    for (int column = 1; column < item.columnCount(); ++column)
        item.setTextAlignment(column, figureAlignment);
    item.setToolTip(0, item.text(0));
}

void SettingsTable::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Delete)
        emit deletePressed();
    else
        QTreeWidget::keyPressEvent(event);
}

} // namespace widgets
