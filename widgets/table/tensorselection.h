// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/models/tensorfilter.h"

#include <QItemSelectionModel>

#include <map>
#include <set>
#include <vector>

namespace widgets {

/// The selected rows of a filtered table, and the selected tensors that the filter hides: they stay
/// selected, and are rows again where the filter lets them through. What clears the selection
/// clears these, too.
class TensorSelection : public QItemSelectionModel {
    Q_OBJECT

public:
    explicit TensorSelection(TensorFilter& filter, QObject* parent = nullptr);

    /// By number, ascending, hidden ones included; a layer stands for its shown tensors.
    std::vector<int> tensors() const;
    int hiddenCount() const { return int(m_hidden.size()); } ///< of tensors()
    void setTensors(const std::vector<int>& tensors);

    /// A range leaves out a layer of which it holds some tensors only: that row was passed, not
    /// meant.
    void select(
        const QItemSelection& selection, QItemSelectionModel::SelectionFlags command) override;
    using QItemSelectionModel::select;
    void reset() override;

private:
    void hide(const QModelIndex& parent, int first, int last);
    void show(const QModelIndex& parent, int first, int last);
    QItemSelection withoutPassedLayers(const QItemSelection& selection) const;
    QItemSelection rangesOf(const std::map<QModelIndex, std::set<int>>& rows) const;
    void collect(const QModelIndex& index, std::set<int>& tensors) const;

    TensorFilter& m_filter;
    std::set<int> m_hidden;
};

} // namespace widgets
