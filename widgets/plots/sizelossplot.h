// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/baseplot.h"
#include "widgets/plots/labelplacing.h"

#include <optional>
#include <vector>

class QCPErrorBars;
class QCPGraph;
class QCPItemStraightLine;
class QCPItemText;

namespace widgets {

/// One run in the plot: how large, how much was lost.
struct SizeLossPoint {
    int run = 0; ///< its number
    QString label; ///< "Q4_K_M, GPTQ"
    double bytes = 0;
    double kld = 0; ///< > 0
    /// How it stands out: not at all, as A or B (labelled by the letter), as the user's choice, as
    /// one that is predicted only (hollow; `run` is its index among them).
    enum class Kind { Plain, PinnedA, PinnedB, Choice, Predicted } kind = Kind::Plain;
    double error = 0; ///< standard error of kld; 0: not known
    QString note{}; ///< behind the label where it is named at length: "recommended"; it stands out
};

/// File size against KL divergence (logarithmic): measured runs as filled markers, the recipe's
/// size as a line. Click or Enter chooses a run or a mix, arrow keys move from run to run.
class SizeLossPlot : public BasePlot {
    Q_OBJECT

public:
    explicit SizeLossPlot(const QString& name, QWidget* parent = nullptr);

    void setPoints(std::vector<SizeLossPoint> points);
    /// A vertical line at the size of the recipe; its loss is not known. 0: none.
    void setRecipeBytes(double bytes);
    /// What the recipe is predicted to lose: a hollow diamond on that line. 0: not known.
    void setRecipeLoss(double kld);
    /// What the best mixes of all sizes are predicted to lose: (bytes, KLD), by bytes. Empty: none.
    void setMixes(std::vector<QPointF> mixes);
    PlotTable table() const override;

signals:
    void runChosen(int run);
    void predictedChosen(int index); ///< a point of that kind
    void mixChosen(double bytes); ///< of the line of best mixes, or of the recipe's diamond

protected:
    void applyTokens(const Tokens& tokens) override;
    QString hoverText(const QPointF& position) const override;
    void pressed(const QPointF& position) override;
    bool moveCursor(int dx, int dy) override;
    void activateCursor() override;

private:
    int pointAt(const QPointF& position) const; ///< −1: none
    bool isOnRecipe(const QPointF& position) const; ///< its diamond
    /// Of the line of mixes, (bytes, KLD); nothing beside it.
    std::optional<QPointF> mixAt(const QPointF& position) const;
    QPointF pixel(const SizeLossPoint& point) const;
    QString nameOf(const SizeLossPoint& point) const; ///< with its note
    void choose(int index);
    void fill();
    void setRanges();
    void placeLabels();
    struct LineSpot {
        Qt::AlignmentFlag side;
        double height; ///< of the axes, from the top
    };
    QRectF placeLineText(const LineSpot& spot); ///< pixels that it takes there
    std::vector<LabelSpot> spotsOf(
        const std::vector<QPointF>& points, const std::vector<QSizeF>& sizes);

    std::vector<SizeLossPoint> m_points; ///< by size
    std::vector<QPointF> m_mixes;
    double m_recipe = 0, m_recipeLoss = 0;
    int m_cursor = -1;
    QCPGraph* m_graphs[5]; ///< by kind
    QCPErrorBars* m_errors[5]; ///< the same
    QCPGraph* m_mixLine; ///< dashed
    QCPGraph* m_diamond; ///< the recipe
    QCPGraph* m_pair; ///< dashed line between A and B
    QCPGraph* m_ring; ///< around the keyboard's cursor
    QCPGraph* m_noted; ///< what a point with a note is marked by
    QCPItemStraightLine* m_line;
    QCPItemText* m_lineText;
    std::vector<QCPItemText*> m_labels;
};

} // namespace widgets
