// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/table/tensormenu.h"

#include "widgets/models/formatabout.h"

namespace widgets {

namespace {

    /// Columns where more is only more, not worse.
    bool isAmount(TensorColumn column)
    {
        switch (column) {
        case TensorColumn::Parameters:
        case TensorColumn::FormatBits:
        case TensorColumn::Size:
        case TensorColumn::RecipeBits:
        case TensorColumn::RecipeSize:
        case TensorColumn::Offset:
        case TensorColumn::Bytes:
            return true;
        default:
            return false;
        }
    }

    void disable(QAction* action, const QString& reason)
    {
        action->setEnabled(false);
        action->setToolTip(reason);
    }

} // namespace

TensorMenu::TensorMenu(const TensorMenuSubject& subject, QWidget* parent)
    : QMenu(parent)
{
    setToolTipsVisible(true);
    addAssign(subject.selected);
    QAction* copy = addAction(tr("Copy rows"), this, &TensorMenu::copyRequested);
    if (subject.selected == 0)
        disable(copy, tr("No tensor is selected."));
    addSeparator();
    QAction* role
        = addAction(tr("Select this role in all layers"), this, &TensorMenu::roleRequested);
    if (!subject.onTensor)
        disable(role, tr("The current row is not a tensor."));
    addWorst(subject);
}

void TensorMenu::addAssign(int selected)
{
    QMenu* assign = addMenu(tr("Assign to %n tensors", nullptr, selected));
    if (selected == 0)
        disable(assign->menuAction(), tr("No tensor is selected."));
    for (const FormatGroup& group : formatGroups()) {
        QMenu* formats = assign->addMenu(group.title);
        formats->setToolTipsVisible(true);
        for (const core::Format* format : group.formats)
            formats
                ->addAction(
                    formatEntry(format), this, [this, format] { emit assignRequested(format); })
                ->setToolTip(formatLine(format));
    }
}

void TensorMenu::addWorst(const TensorMenuSubject& subject)
{
    const QString title = TensorColumns::title(subject.column);
    QMenu* worst = addMenu((isAmount(subject.column) ? tr("Select the largest by “%1”")
                                                     : tr("Select the worst by “%1”"))
                               .arg(title));
    if (subject.ranked == 0)
        disable(worst->menuAction(), tr("No tensor has a value in this column."));
    for (const int count : { 1, 3, 5, 10, 20, 50 }) {
        if (count < subject.ranked)
            worst->addAction(tr("%n tensors", nullptr, count), this,
                [this, count] { emit worstRequested(count); });
    }
    worst->addAction(tr("Another number..."), this, &TensorMenu::anotherCountRequested);
}

} // namespace widgets
