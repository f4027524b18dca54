// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/baseplot.h"

#include <QtCore/QRect>

class QCPColorMap;
class QCPItemLine;
class QCPItemPixmap;
class QCPItemRect;
class QCPItemText;

namespace widgets {

/// What a heat map shows: one value for each row and column, NaN where there is none.
struct HeatMapData {
    QStringList rows; ///< first at the top: "Layer 0"
    QStringList columns; ///< "q"
    std::vector<double> values; ///< row after row
    std::vector<QString> labels; ///< of the cells, same order, as the values are written
    enum class Scale { Magnitude, Loss } scale = Scale::Magnitude;
    bool logarithmic = false;
    double from = qQNaN(), to = qQNaN(); ///< ends of the scale; NaN: those of the values
    QString what; ///< of the values, for tooltip and table: "kurtosis"
    QString least, most; ///< the ends of the scale, as they are written
};

/// Layers × roles as coloured cells, labelled up to 200. Clicking or Enter chooses a cell, dragging
/// a block, arrow keys move the framed cell.
class HeatMap : public BasePlot {
    Q_OBJECT

public:
    explicit HeatMap(const QString& name, QWidget* parent = nullptr);

    void setData(HeatMapData data);
    /// Frames one cell; row −1: none. No signal.
    void setCurrent(int row, int column);
    PlotTable table() const override;

signals:
    /// The user chose these cells (column, row, width, height), one or a block.
    void cellsChosen(const QRect& cells);

protected:
    void applyTokens(const Tokens& tokens) override;
    QString hoverText(const QPointF& position) const override;
    void pressed(const QPointF& position) override;
    void dragged(const QPointF& position) override;
    void released(const QPointF& position) override;
    bool moveCursor(int dx, int dy) override;
    void activateCursor() override;
    void resizeEvent(QResizeEvent* event) override;

private:
    double shareOf(double value) const; ///< position on the scale, 0 to 1
    double valueAt(int row, int column) const;
    QPoint cellAt(const QPointF& position) const; ///< (column, row), (−1, −1) outside
    void fill();
    void makeCells(); ///< labels and the lines between
    void placeLabels();
    void frame(const QRect& cells);

    HeatMapData m_data;
    double m_least = 0, m_most = 1;
    QRect m_framed;
    QPoint m_dragStart{ -1, -1 };
    QCPColorMap* m_map;
    QCPItemRect* m_frame;
    QCPItemPixmap* m_scale;
    QCPItemText *m_leastText, *m_mostText;
    std::vector<QCPItemText*> m_labels;
    std::vector<QCPItemLine*> m_gaps;
};

} // namespace widgets
