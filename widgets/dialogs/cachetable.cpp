// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/dialogs/cachetable.h"

#include "widgets/format.h"

#include <QtCore/QDateTime>
#include <QtCore/QLocale>

#include <chrono>
#include <set>

namespace widgets {
namespace {

    enum ItemColumn { WhatItem, NumberItem, SizeItem, LastUsedItem }; // unlike those of tensors
    constexpr int keyRole = Qt::UserRole; ///< of an item: its key; of a kind: its name

    QString kindText(const std::string& kind)
    {
        if (kind == "layer")
            return CacheTable::tr("Quantized layers");
        if (kind == "statistics")
            return CacheTable::tr("Statistics of weights and activations");
        if (kind == "evaluation")
            return CacheTable::tr("Measurements of what was lost");
        if (kind == "damaged")
            return CacheTable::tr("Damaged");
        return QString::fromStdString(kind);
    }

    QString timeText(std::filesystem::file_time_type time)
    {
        const auto seconds = std::chrono::floor<std::chrono::seconds>(
            std::chrono::file_clock::to_sys(time).time_since_epoch());
        return QLocale().toString(
            QDateTime::fromSecsSinceEpoch(seconds.count()), QLocale::ShortFormat);
    }

    std::uint64_t bytesOf(const QTreeWidgetItem& item)
    {
        return item.data(SizeItem, keyRole).toULongLong();
    }

} // namespace

CacheTable::CacheTable(QWidget* parent)
    : SettingsTable({ tr("What is kept"), tr("Number"), tr("Size"), tr("Last used") }, parent)
{
}

void CacheTable::setItems(const std::vector<core::ShelfEntry>& items)
{
    std::set<QString> unfolded; // stay so
    for (int row = 0; row < topLevelItemCount(); ++row)
        if (topLevelItem(row)->isExpanded())
            unfolded.insert(topLevelItem(row)->data(WhatItem, keyRole).toString());
    clear();
    for (const core::ShelfEntry& entry : items) { // the last used first
        QTreeWidgetItem* kind = kindItem(entry.kind);
        if (kind->childCount() == 0)
            kind->setText(LastUsedItem, timeText(entry.lastUsed));
        const QString about = QString::fromStdString(entry.about.empty() ? entry.key : entry.about);
        auto* item = new QTreeWidgetItem(
            kind, { about, {}, sizeText(double(entry.bytes)), timeText(entry.lastUsed) });
        item->setData(WhatItem, keyRole, QString::fromStdString(entry.key));
        arrange(*item);
        kind->setData(SizeItem, keyRole, qulonglong(bytesOf(*kind) + entry.bytes));
    }
    for (int row = 0; row < topLevelItemCount(); ++row) {
        QTreeWidgetItem* kind = topLevelItem(row);
        kind->setText(NumberItem, countText(kind->childCount()));
        kind->setText(SizeItem, sizeText(double(bytesOf(*kind))));
        arrange(*kind);
        kind->setExpanded(unfolded.contains(kind->data(WhatItem, keyRole).toString()));
    }
}

QTreeWidgetItem* CacheTable::kindItem(const std::string& kind)
{
    const QString name = QString::fromStdString(kind);
    for (int row = 0; row < topLevelItemCount(); ++row)
        if (topLevelItem(row)->data(WhatItem, keyRole).toString() == name)
            return topLevelItem(row);
    auto* item = new QTreeWidgetItem(this, { kindText(kind) });
    item->setData(WhatItem, keyRole, name);
    return item;
}

std::vector<std::string> CacheTable::selectedKeys() const
{
    std::set<std::string> keys; // an item and its kind may both be selected
    const auto add = [&keys](const QTreeWidgetItem* item) {
        keys.insert(item->data(WhatItem, keyRole).toString().toStdString());
    };
    for (const QTreeWidgetItem* item : selectedItems()) {
        if (item->parent())
            add(item);
        for (int child = 0; child < item->childCount(); ++child)
            add(item->child(child));
    }
    return { keys.begin(), keys.end() };
}

} // namespace widgets
