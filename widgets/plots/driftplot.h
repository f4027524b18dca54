// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/measure/evaluation.h"
#include "widgets/plots/baseplot.h"

class QCPErrorBars;
class QCPGraph;
class QCPItemText;

namespace widgets {

/// One run's drift: how far its residual stream is from the original's, by depth.
struct DriftLine {
    QString letter; ///< "A", stands at the line's end
    int color = 0; ///< index into Tokens::runs; also chooses the marker
    std::vector<core::Drift> drift;
};

/// Relative error of the residual stream by depth: the embedding, then after attention (a) and
/// after feed-forward (f) of each layer.
class DriftPlot : public BasePlot {
    Q_OBJECT

public:
    explicit DriftPlot(const QString& name, QWidget* parent = nullptr);
    void setLines(std::vector<DriftLine> lines);
    PlotTable table() const override;

    /// "emb", "0a", "0f" …
    static QString depthText(int depth);

protected:
    void applyTokens(const Tokens& tokens) override;
    QString hoverText(const QPointF& position) const override;

private:
    void clear();
    void fitLabels(); ///< as many depths as have room
    void spreadLetters();

    std::vector<DriftLine> m_lines;
    int m_depths = 0;
    std::vector<QCPGraph*> m_graphs;
    std::vector<QCPErrorBars*> m_errors;
    std::vector<QCPItemText*> m_letters;
};

} // namespace widgets
