// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/table/tensorselection.h"

namespace widgets {

TensorSelection::TensorSelection(TensorFilter& filter, QObject* parent)
    : QItemSelectionModel(nullptr, parent)
    , m_filter(filter)
{
    // Before the base class hears of it and forgets those rows.
    connect(&filter, &QAbstractItemModel::rowsAboutToBeRemoved, this, &TensorSelection::hide);
    setModel(&filter);
    connect(&filter, &QAbstractItemModel::rowsInserted, this, &TensorSelection::show);
}

void TensorSelection::collect(const QModelIndex& index, std::set<int>& tensors) const
{
    if (const int tensor = m_filter.tensorAt(index); tensor >= 0) {
        tensors.insert(tensor);
        return;
    }
    for (int row = 0; row < m_filter.rowCount(index); ++row)
        collect(m_filter.index(row, 0, index), tensors);
}

/// Neighbouring rows as one range: selections are walked range by range.
QItemSelection TensorSelection::rangesOf(const std::map<QModelIndex, std::set<int>>& rows) const
{
    QItemSelection selection;
    for (const auto& [parent, numbers] : rows) {
        int first = -1, last = -1;
        const auto finish = [&, &of = parent] {
            if (first >= 0)
                selection.append(
                    QItemSelectionRange(m_filter.index(first, 0, of), m_filter.index(last, 0, of)));
        };
        for (const int row : numbers) {
            if (first < 0 || row != last + 1) {
                finish();
                first = row;
            }
            last = row;
        }
        finish();
    }
    return selection;
}

std::vector<int> TensorSelection::tensors() const
{
    std::set<int> tensors = m_hidden;
    for (const QItemSelectionRange& range : selection()) // of whole rows; selectedRows() is slow
        for (int row = range.top(); row <= range.bottom() && range.left() == 0; ++row)
            collect(m_filter.index(row, 0, range.parent()), tensors);
    return { tensors.begin(), tensors.end() };
}

void TensorSelection::setTensors(const std::vector<int>& tensors)
{
    std::map<QModelIndex, std::set<int>> shown; // rows by parent
    std::set<int> hidden;
    for (const int tensor : tensors) {
        const QModelIndex index = m_filter.indexOf(tensor);
        if (index.isValid())
            shown[index.parent()].insert(index.row());
        else
            hidden.insert(tensor);
    }
    m_hidden = std::move(hidden);
    QItemSelectionModel::select(rangesOf(shown), ClearAndSelect | Rows);
}

void TensorSelection::select(
    const QItemSelection& selection, QItemSelectionModel::SelectionFlags command)
{
    if (command & Clear)
        m_hidden.clear();
    QItemSelectionModel::select(
        command & Current ? withoutPassedLayers(selection) : selection, command);
}

void TensorSelection::reset()
{
    m_hidden.clear();
    QItemSelectionModel::reset();
}

void TensorSelection::hide(const QModelIndex& parent, int first, int last)
{
    const bool layerSelected = parent.isValid() && isSelected(parent);
    for (int row = first; row <= last; ++row) {
        const QModelIndex index = m_filter.index(row, 0, parent);
        if (layerSelected || isSelected(index))
            collect(index, m_hidden);
        for (int child = 0; child < m_filter.rowCount(index); ++child) {
            if (isSelected(m_filter.index(child, 0, index)))
                collect(m_filter.index(child, 0, index), m_hidden);
        }
    }
}

void TensorSelection::show(const QModelIndex& parent, int first, int last)
{
    std::set<int> shown;
    for (int row = first; row <= last; ++row)
        collect(m_filter.index(row, 0, parent), shown);
    QItemSelection again;
    for (const int tensor : shown) {
        if (m_hidden.erase(tensor) == 0)
            continue;
        const QModelIndex index = m_filter.indexOf(tensor);
        again.select(index, index);
    }
    if (!again.isEmpty())
        select(again, Select | Rows);
}

QItemSelection TensorSelection::withoutPassedLayers(const QItemSelection& selection) const
{
    std::map<QModelIndex, int> held; // of a layer's tensors
    for (const QItemSelectionRange& range : selection)
        held[range.parent()] += range.height();
    QItemSelection kept;
    for (const QItemSelectionRange& range : selection) {
        for (int row = range.top(); row <= range.bottom(); ++row) {
            const QModelIndex index = m_filter.index(row, range.left(), range.parent());
            const QModelIndex layer = index.siblingAtColumn(0);
            const auto found = held.find(layer);
            if (found == held.end() || found->second == m_filter.rowCount(layer))
                kept.select(index, m_filter.index(row, range.right(), range.parent()));
        }
    }
    return kept;
}

} // namespace widgets
