// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/shelf.h"
#include "widgets/dialogs/settingstable.h"

#include <string>
#include <vector>

namespace widgets {

/// What is kept, by kind: number, size and last use of each kind, and below it its items.
class CacheTable : public SettingsTable {
    Q_OBJECT

public:
    explicit CacheTable(QWidget* parent = nullptr);

    void setItems(const std::vector<core::ShelfEntry>& items);
    /// Of the items selected; a kind stands for all of its items.
    std::vector<std::string> selectedKeys() const;

private:
    QTreeWidgetItem* kindItem(const std::string& kind);
};

} // namespace widgets
