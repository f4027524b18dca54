// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/role.h"

#include <QtWidgets/QWidget>

#include <vector>

namespace widgets {

/// What became of one tensor in a run.
enum class CellState { Waiting, Rounding, Done, Failed };

/// One small cell for each tensor, grouped by layer: the progress of a run at a glance. Click
/// selects a tensor.
class TensorCellStrip : public QWidget {
    Q_OBJECT

public:
    explicit TensorCellStrip(QWidget* parent = nullptr);

    void setPlaces(std::vector<core::Place> places, QStringList names); ///< one each
    void setState(int index, CellState state);
    void setAllStates(CellState state); ///< and forgets what was said of them
    void setReport(int index, const QString& report); ///< shown under the tensor's name
    CellState state(int index) const { return m_states[std::size_t(index)]; }
    const std::vector<core::Place>& places() const { return m_places; }

    /// Where a tensor's cell lies at the present width.
    QRectF cellRect(int index) const { return layoutFor(width()).cells[std::size_t(index)]; }
    /// What its tooltip says.
    QString description(int index) const;

    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

signals:
    void chosen(int index);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    bool event(QEvent* event) override;

private:
    struct Group {
        int layer;
        std::vector<int> tensors;
    };
    struct Layout {
        std::vector<QRectF> cells; ///< by tensor
        std::vector<QPointF> titles; ///< by group
        double height = 0;
    };
    Layout layoutFor(int width) const;
    Layout titledLayout(double cell) const; ///< few layers: side by side, titled
    Layout runningLayout(int width) const; ///< many: one run of cells, line by line
    int indexAt(const QPointF& position) const; ///< −1: none
    QString groupTitle(const Group& group) const;

    std::vector<core::Place> m_places;
    QStringList m_names;
    std::vector<CellState> m_states;
    std::vector<QString> m_reports;
    std::vector<Group> m_groups;
};

} // namespace widgets
