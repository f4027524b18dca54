// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/models/filterterm.h"
#include "widgets/models/tensormodel.h"

#include <QSortFilterProxyModel>

namespace widgets {

/// The tensors that meet a filter, sorted inside their layers; layers keep the model's order. A
/// layer shows while one of its tensors does.
class TensorFilter : public QSortFilterProxyModel {
    Q_OBJECT

public:
    explicit TensorFilter(TensorModel& model, QObject* parent = nullptr);

    /// Of more tensors than this rows come and go all at once, by a change of the layout: nothing
    /// is said of single ones, and whoever selects rows selects them again.
    static constexpr int many = 2000;
    bool changesAtOnce() const { return m_model.tensorCount() > many; }

    void setFilter(const QString& filter); ///< parseFilter()
    void setNormsShown(bool shown);
    bool normsShown() const { return m_normsShown; }

    TensorModel& tensorModel() const { return m_model; }
    int tensorAt(const QModelIndex& index) const { return m_model.tensorAt(mapToSource(index)); }
    QModelIndex indexOf(int tensor) const { return mapFromSource(m_model.indexOf(tensor)); }
    int shownTensors() const;

protected:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override;
    bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;

private:
    bool accepts(const TensorRow& row) const;
    void filterAgain();

    TensorModel& m_model;
    std::vector<FilterTerm> m_terms;
    bool m_normsShown = false;
};

} // namespace widgets
