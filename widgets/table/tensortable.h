// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/format.h"
#include "widgets/models/tensorcolumns.h"
#include "widgets/models/tensorfilter.h"
#include "widgets/table/columnwidths.h"
#include "widgets/table/pagecolumns.h"

#include <QMap>
#include <QWidget>

#include <vector>

class QCheckBox;
class QLineEdit;
class QMenu;
class QToolButton;

namespace widgets {

class Label;
class TensorTree;

/// The left side of every page: filter, norms, the tensor tree with the page's columns, and a foot
/// that counts. One selection, one filter and one scroll position for all pages.
class TensorTable : public QWidget {
    Q_OBJECT

public:
    explicit TensorTable(TensorModel& model, QWidget* parent = nullptr);
    ~TensorTable() override;

    /// Shows the columns of a page, `mostColumns` at most.
    void setPage(PageId page, int mostColumns = tensorColumnCount);
    void setFlat(bool flat);
    void setNarrow(bool narrow); ///< only the filter above the tree
    void showSelection(); ///< scrolls as little from the top as shows the current tensor
    /// What the foot says instead of the counts; empty: the counts.
    void setFootText(const QString& text);

    std::vector<int> selectedTensors() const;
    int currentTensor() const; ///< −1: none
    void selectTensors(const std::vector<int>& tensors);
    void selectRoleInAllLayers();
    void selectAllShown();
    void expandAll();
    void collapseAll();
    void focusFilter();
    void focusTable();
    void setFilterText(const QString& text);
    /// Selected rows of the shown columns as tab-separated text, with titles.
    QString selectionAsText() const;
    void copyRows(); ///< that text to the clipboard

    /// Columns, widths and sorting of every page, for the settings.
    QByteArray saveState() const;
    void restoreState(const QByteArray& state);

signals:
    void selectionEdited();
    /// A format was chosen in the table for these tensors.
    void assignRequested(const std::vector<int>& tensors, const core::Format* format);
    void digitPressed(int bits);
    void stepPressed(int step);
    void assignPressed();
    void lookAwayPressed();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    QWidget* makeFilterRow();
    void connectTree();
    void applySizes();
    void applyColumns();
    void showColumnMenu();
    void updateFoot();
    /// Of the current page; errors of the weights stand in for those of outputs, of which none is
    /// known.
    QList<int> pageColumns() const;
    QList<int> shownColumns() const; ///< as many of them as there is room for beside whole names
    void assignFrom(const QModelIndex& index, const core::Format* format);

    TensorModel& m_model;
    TensorFilter m_filter;
    QLineEdit* m_filterEdit;
    QCheckBox* m_norms;
    QToolButton* m_columns;
    TensorTree* m_tree;
    Label* m_foot;
    QString m_footText;
    PageColumns m_pageColumns;
    mutable NameWidth m_names;
    QMap<int, std::pair<int, int>> m_sorting; ///< by page: column (−1: the model's order), order
    QList<int> m_shown; ///< columns
    bool m_narrow = false;
    PageId m_page = PageId::Model;
    int m_mostColumns = tensorColumnCount;
};

} // namespace widgets
