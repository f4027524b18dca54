// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/models/tensorcolumns.h"

#include <QCoreApplication>
#include <QList>
#include <QMap>

#include <functional>

class QMenu;

namespace widgets {

/// Which columns the tensor table has on each page: what belongs to it, or what the user chose.
class PageColumns {
    Q_DECLARE_TR_FUNCTIONS(widgets::TensorTable)

public:
    QList<int> of(PageId page) const;
    /// Everything that the page can have, to be switched on and off; `changed` follows a choice.
    void fillMenu(QMenu& menu, PageId page, const std::function<void()>& changed);

    /// By page, where they are not what belongs to it; for the settings.
    const QMap<int, QList<int>>& chosen() const { return m_chosen; }
    void setChosen(const QMap<int, QList<int>>& chosen) { m_chosen = chosen; }

private:
    void show(PageId page, int column, bool shown);

    QMap<int, QList<int>> m_chosen;
};

} // namespace widgets
