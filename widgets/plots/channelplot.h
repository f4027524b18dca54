// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/stats/outliers.h"
#include "widgets/plots/baseplot.h"

class QCPGraph;
class QCPItemStraightLine;
class QCPItemText;

namespace widgets {

/// The absmax of each channel as thin bars, the line above which a channel is an outlier, outliers
/// in the ink of loss with their numbers. Click or Enter marks a channel, arrow keys move to it.
class ChannelPlot : public BasePlot {
    Q_OBJECT

public:
    explicit ChannelPlot(const QString& name, QWidget* parent = nullptr);

    /// `axisLabel` is "input channel"; an outlier is above `threshold` times the median.
    void setChannels(std::vector<float> absmax, double threshold, const QString& axisLabel);
    /// The channel that is marked on every page; −1: none. No signal.
    void setMarked(int channel);
    const core::OutlierChannels& outliers() const { return m_outliers; }
    PlotTable table() const override;

signals:
    void channelChosen(int channel);

protected:
    void applyTokens(const Tokens& tokens) override;
    QString hoverText(const QPointF& position) const override;
    void pressed(const QPointF& position) override;
    bool moveCursor(int dx, int dy) override;
    void activateCursor() override;

private:
    int channelAt(const QPointF& position) const; ///< nearest; −1 outside
    QString channelText(int channel) const;
    void fill();
    void makeLabels(double line);
    void placeLabels();

    std::vector<float> m_absmax;
    double m_threshold = 3;
    core::OutlierChannels m_outliers;
    int m_marked = -1, m_cursor = -1;
    QCPGraph *m_usual, *m_beyond, *m_mark;
    QCPItemStraightLine* m_line;
    QCPItemText* m_lineText;
    std::vector<QCPItemText*> m_labels;
};

} // namespace widgets
