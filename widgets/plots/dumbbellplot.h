// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/baseplot.h"

#include <optional>

class QCPGraph;
class QCPItemRect;
class QCPItemStraightLine;

namespace widgets {

/// One row: the error of importance-weighted rounding and of the method, both unknown until
/// measured.
struct DumbbellRow {
    QString label; ///< "Layer 0  q"
    QString name; ///< whole, for tooltip and table: "blk.0.attn_q"
    std::optional<double> importance, method;
    bool startsGroup = false; ///< a line above it
};

/// Output errors, a row each, first at the top: ○ importance-weighted, ● the method, a line
/// between. Click chooses a row; arrow keys move a marked row, Enter chooses it.
class DumbbellPlot : public BasePlot {
    Q_OBJECT

public:
    explicit DumbbellPlot(const QString& name, QWidget* parent = nullptr);

    void setRows(std::vector<DumbbellRow> rows);
    void setMethodName(const QString& name); ///< for table and tooltip
    void setErrorName(const QString& name); ///< at the axis
    PlotTable table() const override;

signals:
    void rowChosen(int row);

protected:
    void applyTokens(const Tokens& tokens) override;
    QString hoverText(const QPointF& position) const override;
    void pressed(const QPointF& position) override;
    bool moveCursor(int dx, int dy) override;
    void activateCursor() override;

private:
    void fitTicks(); ///< as many as there is room for
    int rowAt(const QPointF& position) const; ///< −1: none
    QString rowText(int row) const;
    void mark(int row); ///< −1: none
    void fill();
    void rebuildGroupLines();

    std::vector<DumbbellRow> m_rows;
    QString m_method;
    int m_marked = -1;
    int m_ticks = 0;
    int m_stride = 0; ///< rows between two labels where not all have room; 0: to be found out
    QCPItemRect* m_mark; ///< behind the marked row
    QCPGraph* m_links; ///< from ○ to ●
    QCPGraph* m_importance;
    QCPGraph* m_done;
    std::vector<QCPItemStraightLine*> m_groupLines;
};

} // namespace widgets
