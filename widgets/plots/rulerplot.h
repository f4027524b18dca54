// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/measure/rounding.h"
#include "core/stats/histogram.h"
#include "widgets/plots/baseplot.h"
#include "widgets/plots/rulerband.h"

#include <array>
#include <memory>

class QCPAxisRect;
class QCPGraph;
class QCPItemRect;
class QCPItemText;
class QCPMarginGroup;

namespace widgets {

class RulerGroups;

/// The ruler: what rounding a tensor to a format does to its weights, in strips that share one x
/// axis (weight value): the histogram with the levels of the typical group, the finest, typical and
/// coarsest real group, and the rounding error by weight value. Grey is the original, blue the
/// levels, vermilion what is lost: hatched outside the typical group, solid where a weight is
/// clipped in its own group. Wheel zooms, drag pans, double click resets; the menu chooses the
/// group whose levels the histogram shows: one of the three, or that of any weight.
class RulerPlot : public BasePlot {
    Q_OBJECT

public:
    explicit RulerPlot(const QString& name, QWidget* parent = nullptr);

    /// `preview` null: only the histogram (its rounding is being computed).
    void setData(core::Histogram histogram, std::shared_ptr<const core::RoundingPreview> preview);
    enum class Counts { Logarithmic, Linear };
    void setCounts(Counts counts);
    /// Small: the typical band only and no words, for several tensors or a narrow window.
    enum class Detail { Full, Compact, Small };
    void setDetail(Detail detail);
    /// The group of a weight that was wanted, which has a band of its own until the data change.
    void setGroupOf(core::WeightPlace place, core::GroupLevels levels);
    PlotTable table() const override;
    QSize minimumSizeHint() const override; ///< the histogram keeps 160 pixels, small ones 60

signals:
    /// The levels of the group that this weight is in are to be shown.
    void groupWanted(core::WeightPlace place);

protected:
    void applyTokens(const Tokens& tokens) override;
    QString hoverText(const QPointF& position) const override;
    void doubleClicked(const QPointF& position) override;
    void fillMenu(QMenu* menu, const QPointF& position) override;

private:
    void makeHistogram();
    void makeError();
    void tieAxes();
    void fillHistogram();
    void showGroup(); ///< the chosen one
    void fillOutside(); ///< the words about what lies outside the group
    void fillLevels(); ///< before every drawing: what is too dense shows only its ends
    void resetRange();
    void fitTicks(); ///< between layout and drawing: only then the width is the present one
    void arrangeStrips();

    core::Histogram m_histogram;
    std::shared_ptr<const core::RoundingPreview> m_preview;
    Counts m_counts = Counts::Logarithmic;
    Detail m_detail = Detail::Full;
    RulerGroups* m_groups; ///< and whose levels the histogram shows
    bool m_tying = false;
    int m_ticks = 0; ///< on the axis of weight values

    QCPMarginGroup* m_margins;
    QCPAxisRect *m_top, *m_bottom;
    QCPGraph *m_weights, *m_clipped, *m_levels, *m_error;
    std::array<QCPItemRect*, 2> m_outside;
    QCPItemText* m_outsideText;
    std::vector<RulerBand> m_bands; ///< finest, typical, coarsest, of a weight
};

} // namespace widgets
