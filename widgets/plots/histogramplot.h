// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/stats/histogram.h"
#include "widgets/plots/baseplot.h"

class QCPGraph;
class QCPItemText;

namespace widgets {

/// The steps of a histogram drawn by `graph`, whose line style is set to lsStepLeft: one point at
/// the left edge of each bin and one at the end.
void setSteps(QCPGraph* graph, const core::Histogram& bins, const std::vector<double>& heights);

/// A histogram with counts on a logarithmic axis, in the original's grey.
class HistogramPlot : public BasePlot {
    Q_OBJECT

public:
    HistogramPlot(const QString& name, const QString& valueLabel, const QString& countLabel,
        QWidget* parent = nullptr);

    /// `note` stands in the corner: "kurtosis 14.6".
    void setHistogram(const core::Histogram& histogram, const QString& note);
    PlotTable table() const override;

protected:
    void applyTokens(const Tokens& tokens) override;
    QString hoverText(const QPointF& position) const override;

private:
    core::Histogram m_histogram;
    QCPGraph* m_graph;
    QCPItemText* m_note;
};

} // namespace widgets
