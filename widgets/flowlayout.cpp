// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/flowlayout.h"

#include <algorithm>

namespace widgets {

namespace {

    int heightOf(const QLayoutItem& item, int width)
    {
        return item.hasHeightForWidth() ? item.heightForWidth(width) : item.sizeHint().height();
    }

    bool expands(const QLayoutItem& item)
    {
        return item.expandingDirections().testFlag(Qt::Horizontal);
    }

} // namespace

FlowLayout::FlowLayout(QWidget* parent)
    : QLayout(parent)
{
}

FlowLayout::~FlowLayout() = default;

void FlowLayout::addItem(QLayoutItem* item) { m_items.emplace_back(item); }
int FlowLayout::count() const { return int(m_items.size()); }

QLayoutItem* FlowLayout::itemAt(int index) const
{
    return index >= 0 && index < count() ? m_items[std::size_t(index)].get() : nullptr;
}

QLayoutItem* FlowLayout::takeAt(int index)
{
    if (index < 0 || index >= count())
        return nullptr;
    QLayoutItem* item = m_items[std::size_t(index)].release();
    m_items.erase(m_items.begin() + index);
    return item;
}

int FlowLayout::heightForWidth(int width) const { return place({ 0, 0, width, 0 }, Move::No); }

QSize FlowLayout::sizeHint() const
{
    int width = 0, height = 0;
    for (const auto& item : m_items) {
        if (item->isEmpty())
            continue;
        width += item->sizeHint().width() + (width > 0 ? spacing() : 0);
        height = std::max(height, item->sizeHint().height());
    }
    const QMargins margins = contentsMargins();
    return { width + margins.left() + margins.right(), height + margins.top() + margins.bottom() };
}

QSize FlowLayout::minimumSize() const
{
    QSize size;
    for (const auto& item : m_items)
        if (!item->isEmpty())
            size = size.expandedTo(item->minimumSize());
    const QMargins margins = contentsMargins();
    return size + QSize(margins.left() + margins.right(), margins.top() + margins.bottom());
}

void FlowLayout::setGeometry(const QRect& rect)
{
    QLayout::setGeometry(rect);
    place(rect, Move::Yes);
}

std::vector<FlowLayout::Line> FlowLayout::lines(int width) const
{
    std::vector<Line> lines;
    for (const auto& item : m_items) {
        if (item->isEmpty())
            continue;
        const int wanted = std::min(item->sizeHint().width(), width);
        if (lines.empty() || lines.back().width + spacing() + wanted > width)
            lines.push_back({ { item.get() }, wanted });
        else {
            lines.back().items.push_back(item.get());
            lines.back().width += spacing() + wanted;
        }
    }
    return lines;
}

int FlowLayout::place(const QRect& rect, Move move) const
{
    const QRect room = rect.marginsRemoved(contentsMargins());
    int y = room.top();
    for (const Line& line : lines(room.width())) {
        const int sharing = int(std::ranges::count_if(
            line.items, [](const QLayoutItem* item) { return expands(*item); }));
        const int share = sharing > 0 ? (room.width() - line.width) / sharing : 0;
        const auto widthOf = [&](const QLayoutItem* item) {
            return std::min(item->sizeHint().width(), room.width()) + (expands(*item) ? share : 0);
        };
        int height = 0, x = room.left();
        for (const QLayoutItem* item : line.items)
            height = std::max(height, heightOf(*item, widthOf(item)));
        for (QLayoutItem* item : line.items) {
            const QRect place(x, y, widthOf(item), height);
            if (move == Move::Yes)
                item->setGeometry(place);
            x += place.width() + spacing();
        }
        y += height + spacing();
    }
    const int end = y == room.top() ? y : y - spacing();
    return end - rect.top() + contentsMargins().bottom();
}

} // namespace widgets
