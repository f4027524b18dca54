// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/baseplot.h"
#include "widgets/plots/heatscale.h"

#include <QtCore/QRect>

#include <functional>

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
    HeatScale::Kind spread = HeatScale::Kind::Linear;
    std::function<QString(double)> text; ///< writes a value, for the ends of the scale
    QString what; ///< of the values, for tooltip and table: "kurtosis"
    QStringList shortRows; ///< "0": where many rows stand side by side
};

/// Layers × roles as coloured cells, labelled up to 200. More than mostRowsDown rows stand side by
/// side, so that the cells of a deep model keep some room. Clicking or Enter chooses a cell,
/// dragging a block, arrow keys move the framed cell.
class HeatMap : public BasePlot {
    Q_OBJECT

public:
    static constexpr int mostRowsDown = 16;

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
    double valueAt(int row, int column) const;
    // Rows and columns as drawn: exchanged where rows stand side by side.
    int across() const;
    int down() const;
    QPoint exchanged(QPoint cell) const { return m_lying ? cell.transposed() : cell; }
    std::size_t indexAt(QPoint drawn) const; ///< into values
    void setScaleTexts();
    void thinTitles();
    QPoint cellAt(const QPointF& position) const; ///< (column, row), (−1, −1) outside
    QString cellText(QPoint cell) const;
    void fill();
    void makeCells(); ///< labels and the lines between
    void placeLabels();
    void frame(const QRect& cells);

    HeatMapData m_data;
    HeatScale m_heat;
    bool m_lying = false; ///< rows side by side
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
