// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/table/tensorselection.h"

#include <QTreeView>

#include <vector>

namespace widgets {

/// The tree of tensors: selection stands for tensors (a layer row for all of its), keys look at
/// formats before they are assigned.
class TensorTree : public QTreeView {
    Q_OBJECT

public:
    explicit TensorTree(TensorFilter& filter, QWidget* parent = nullptr);

    /// Selected tensors by number, ascending, also those that the filter hides; a layer's shown
    /// tensors count as selected with it.
    std::vector<int> selectedTensors() const;
    int hiddenSelected() const; ///< of them
    int currentTensor() const; ///< −1: a layer, or nothing
    void selectTensors(const std::vector<int>& tensors); ///< and scrolls to the first shown
    void keepSelected(const std::vector<int>& tensors); ///< without scrolling
    /// Selects the tensors of the current one's role in all layers, also hidden ones.
    void selectRoleInAllLayers();
    /// Selects the shown tensors with the largest values in this column, `count` at most.
    void selectWorst(TensorColumn column, int count);
    /// Not expandAll(): that keeps an index of every tensor, too, and sorting pays for each.
    void unfoldLayers();

signals:
    void selectionEdited(); ///< selected or current tensors changed
    void digitPressed(int bits); ///< 2 3 4 5 6 8: look at the format of that many bits
    void stepPressed(int step); ///< +1: one format more precise, −1: less
    void assignPressed();
    void lookAwayPressed();
    void filterPressed();
    // From the menu, about the selected tensors.
    void assignRequested(const core::Format* format);
    void copyRequested();

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void drawBranches(
        QPainter* painter, const QRect& rect, const QModelIndex& index) const override;
    void paintEvent(QPaintEvent* event) override;
    void selectionChanged(
        const QItemSelection& selected, const QItemSelection& deselected) override;
    void dataChanged(const QModelIndex& topLeft, const QModelIndex& bottomRight,
        const QList<int>& roles) override;
    void currentChanged(const QModelIndex& current, const QModelIndex& previous) override;

private:
    bool pressLookKey(const QKeyEvent& event);
    void selectRole(core::Role role);
    std::vector<int> ranked(TensorColumn column) const; ///< shown tensors, largest value first
    TensorColumn rankedColumn(int wanted) const;
    void askForWorst(TensorColumn column);

    TensorFilter& m_filter;
    TensorSelection* m_selection;
};

} // namespace widgets
