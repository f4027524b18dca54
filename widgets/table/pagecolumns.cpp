// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/table/pagecolumns.h"

#include <QMenu>
#include <QSet>

namespace widgets {

QList<int> PageColumns::of(PageId page) const
{
    if (m_chosen.contains(int(page)))
        return m_chosen[int(page)];
    QList<int> columns;
    for (const TensorColumn column : TensorColumns::shownOn(page))
        columns += int(column);
    return columns;
}

void PageColumns::fillMenu(QMenu& menu, PageId page, const std::function<void()>& changed)
{
    QList<int> offered = of(page);
    for (const TensorColumn column : TensorColumns::shownOn(page))
        offered += int(column);
    for (const TensorColumn column : TensorColumns::shownOn(page))
        if (const auto ofWeights = TensorColumns::ofWeights(column))
            offered += int(*ofWeights);
    for (const TensorColumn column : TensorColumns::offered())
        offered += int(column);
    QSet<int> listed{ int(TensorColumn::Tensor) };
    for (const int column : offered) {
        if (listed.contains(column))
            continue;
        listed += column;
        const auto id = TensorColumn(column);
        QString title = TensorColumns::title(id);
        if (id == TensorColumn::Format || id == TensorColumn::FormatBits
            || id == TensorColumn::Size)
            title = tr("%1 (checkpoint)").arg(title);
        QAction* action = menu.addAction(title);
        action->setCheckable(true);
        action->setChecked(of(page).contains(column));
        QObject::connect(action, &QAction::toggled, &menu, [this, page, column, changed](bool on) {
            show(page, column, on);
            changed();
        });
    }
    menu.addSeparator();
    QObject::connect(
        menu.addAction(tr("Standard columns")), &QAction::triggered, &menu, [this, page, changed] {
            m_chosen.remove(int(page));
            changed();
        });
}

void PageColumns::show(PageId page, int column, bool shown)
{
    QList<int> columns = of(page);
    columns.removeAll(column);
    if (shown)
        columns += column;
    m_chosen[int(page)] = columns;
}

} // namespace widgets
