// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/baseplot.h"

class QCPColorMap;
class QCPItemLine;
class QCPItemPixmap;
class QCPItemRect;
class QCPItemText;

namespace widgets {

/// What a channel map shows: depth × channels, each value relative to the median of its depth.
struct ChannelMapData {
    QStringList depths; ///< first at the top: "embedding", "0 attention"
    int channels = 0;
    std::vector<float> ratios; ///< depth after depth; absmax / median
    std::vector<int> named; ///< channels whose numbers stand on top
    QString axisLabel; ///< "channel of the residual stream"
};

/// Channels × depth as colours; more channels than pixels are binned by their maximum. A click
/// chooses a depth and a channel, which is then framed as a column.
class ChannelMap : public BasePlot {
    Q_OBJECT

public:
    explicit ChannelMap(const QString& name, QWidget* parent = nullptr);

    void setData(ChannelMapData data);
    /// Frames the column of a channel; −1: none. No signal.
    void setMarked(int channel);
    PlotTable table() const override;

signals:
    void cellChosen(int depth, int channel);

protected:
    void applyTokens(const Tokens& tokens) override;
    QString hoverText(const QPointF& position) const override;
    void pressed(const QPointF& position) override;
    bool moveCursor(int dx, int dy) override;
    void activateCursor() override;
    void resizeEvent(QResizeEvent* event) override;

private:
    int channelAt(double x, int depth) const;
    QPoint cellAt(const QPointF& position) const; ///< (channel, depth), (−1, −1) outside
    float ratio(int depth, int channel) const;
    bool isLogarithmic() const;
    QString cellText(QPoint cell) const;
    void fill();
    void place();
    void updateLabel();

    ChannelMapData m_data;
    double m_least = 0, m_most = 1;
    int m_marked = -1;
    QPoint m_cursor{ -1, -1 };
    QCPColorMap* m_map;
    QCPItemRect* m_frame;
    QCPItemPixmap* m_scale;
    QCPItemText *m_leastText, *m_mostText;
    std::vector<QCPItemText*> m_names;
    std::vector<QCPItemLine*> m_gaps;
};

} // namespace widgets
