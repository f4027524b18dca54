// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/rulerplot.h"

#include "widgets/format.h"
#include "widgets/plots/histogramplot.h"
#include "widgets/plots/rulergroups.h"
#include "widgets/plots/tickers.h"
#include "widgets/theme.h"

#include <qcustomplot.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace widgets {
namespace {

    constexpr int leastHistogram = 160, leastSmall = 60, leastError = 56, leastErrorCompact = 28;

    void hideAxis(QCPAxis* axis)
    {
        axis->setTicks(false);
        axis->setTickLabels(false);
        axis->setLabel(QString());
    }

} // namespace

RulerPlot::RulerPlot(const QString& name, QWidget* parent)
    : BasePlot(name, parent)
    , m_groups(new RulerGroups(this))
    , m_margins(new QCPMarginGroup(plot()))
{
    plot()->plotLayout()->clear();
    makeHistogram();
    for (const QString& band : { tr("finest"), tr("typical"), tr("coarsest"), tr("chosen") })
        m_bands.emplace_back(plot(), m_margins, int(m_bands.size()) + 1, band);
    makeError();
    tieAxes();
    arrangeStrips();
    plot()->plotLayout()->setRowSpacing(0);
    plot()->setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
    connect(m_groups, &RulerGroups::changed, this, &RulerPlot::showGroup);
    connect(m_groups, &RulerGroups::wanted, this, &RulerPlot::groupWanted);
    connect(plot(), &QCustomPlot::beforeReplot, this, &RulerPlot::fillLevels);
    connect(plot(), &QCustomPlot::afterLayout, this, &RulerPlot::fitTicks);
}

void RulerPlot::makeHistogram()
{
    m_top = new QCPAxisRect(plot());
    m_top->setMarginGroup(QCP::msLeft | QCP::msRight, m_margins);
    plot()->plotLayout()->addElement(0, 0, m_top);
    QCPAxis* x = m_top->axis(QCPAxis::atBottom);
    QCPAxis* y = m_top->axis(QCPAxis::atLeft);
    for (auto& region : m_outside) {
        region = new QCPItemRect(plot());
        region->setClipAxisRect(m_top);
        for (QCPItemPosition* corner : { region->topLeft, region->bottomRight }) {
            corner->setTypeY(QCPItemPosition::ptAxisRectRatio);
            corner->setAxes(x, y);
            corner->setAxisRect(m_top);
        }
    }
    m_weights = plot()->addGraph(x, y);
    m_levels = plot()->addGraph(x, y);
    m_clipped = plot()->addGraph(x, y);
    m_levels->setLineStyle(QCPGraph::lsImpulse);
    m_levels->setAntialiased(false);
    m_weights->setAntialiased(false);
    m_clipped->setAntialiased(false);
    y->setLabel(tr("weights"));
    m_outsideText = new QCPItemText(plot());
    m_outsideText->setClipAxisRect(m_top);
    m_outsideText->position->setType(QCPItemPosition::ptAxisRectRatio);
    m_outsideText->position->setAxisRect(m_top);
    m_outsideText->position->setCoords(0.005, 0.015);
    m_outsideText->setPositionAlignment(Qt::AlignLeft | Qt::AlignTop);
    m_outsideText->setTextAlignment(Qt::AlignLeft);
}

void RulerPlot::makeError()
{
    m_bottom = new QCPAxisRect(plot());
    m_bottom->setMarginGroup(QCP::msLeft | QCP::msRight, m_margins);
    plot()->plotLayout()->addElement(5, 0, m_bottom);
    QCPAxis* x = m_bottom->axis(QCPAxis::atBottom);
    QCPAxis* y = m_bottom->axis(QCPAxis::atLeft);
    m_error = plot()->addGraph(x, y);
    m_error->setAntialiased(false);
    x->setLabel(tr("weight value"));
    y->setLabel(tr("error"));
    x->setTicker(makeNumberTicker(12));
    y->setTicker(makeBoundTicker());
}

void RulerPlot::tieAxes()
{
    std::vector<QCPAxis*> axes{ m_top->axis(QCPAxis::atBottom), m_bottom->axis(QCPAxis::atBottom) };
    for (const RulerBand& band : m_bands)
        axes.push_back(band.axis());
    for (QCPAxis* axis : axes) {
        axis->axisRect()->setRangeDragAxes(axis, nullptr);
        axis->axisRect()->setRangeZoomAxes(axis, nullptr);
        connect(axis, qOverload<const QCPRange&>(&QCPAxis::rangeChanged), this,
            [this, axes](const QCPRange& wanted) {
                if (std::exchange(m_tying, true))
                    return;
                const double low = m_histogram.minimum, high = m_histogram.maximum;
                QCPRange range = wanted;
                if (high > low) {
                    range.lower = std::max(range.lower, low);
                    range.upper = std::min(range.upper, high);
                }
                for (QCPAxis* other : axes)
                    other->setRange(range);
                m_tying = false;
            });
    }
}

void RulerPlot::setData(
    core::Histogram histogram, std::shared_ptr<const core::RoundingPreview> preview)
{
    const bool same = histogram.minimum == m_histogram.minimum
        && histogram.maximum == m_histogram.maximum && !m_histogram.counts.empty();
    m_histogram = std::move(histogram);
    m_groups->setPreview(preview);
    m_preview = std::move(preview);
    if (!same) // another format of the same tensor keeps the zoom
        resetRange();
    fillHistogram();
    arrangeStrips();
    restyle();
}

void RulerPlot::setCounts(Counts counts)
{
    m_counts = counts;
    fillHistogram();
    restyle();
}

void RulerPlot::setDetail(Detail detail)
{
    m_detail = detail;
    arrangeStrips();
    restyle();
}

void RulerPlot::arrangeStrips()
{
    const bool grid = m_groups->areThere();
    const bool all = m_detail == Detail::Full, small = m_detail == Detail::Small;
    const bool spread = grid && all && m_preview->finest.step != m_preview->coarsest.step;
    for (std::size_t i = 0; i < m_bands.size(); ++i) {
        const bool isChosen = RulerGroups::Group(i) == m_groups->chosen();
        const bool isThere = RulerGroups::Group(i) != RulerGroups::Group::OfWeight || isChosen;
        if (grid && isThere && (spread || isChosen))
            m_bands[i].show(all ? RulerBand::Words::NameAndStep : RulerBand::Words::Name);
        else
            m_bands[i].hide();
    }
    m_bands[0].rect()->setMargins(QMargins(0, spread ? scaled(3) : 0, 0, spread ? scaled(2) : 0));
    m_top->setAutoMargins(QCP::msLeft | QCP::msRight);
    m_top->setMargins(QMargins(0, scaled(4), 0, 0));
    m_top->setMinimumSize(10, scaled(small ? leastSmall : leastHistogram));
    m_top->setMinimumMargins(QMargins(scaled(all || small ? 56 : 30), 0, scaled(14), 0));
    m_bottom->setMargins(QMargins(0, scaled(6), 0, 0));
    m_bottom->axis(QCPAxis::atBottom)->setLabel(all ? tr("weight value") : QString());
    m_bottom->axis(QCPAxis::atLeft)->setLabel(small ? QString() : tr("error"));
    m_top->axis(QCPAxis::atLeft)->setLabel(small ? QString() : tr("weights"));
    const bool errors = m_preview != nullptr || !small;
    m_bottom->setVisible(errors);
    m_bottom->setAutoMargins(
        errors ? QCP::msLeft | QCP::msRight | QCP::msBottom : QCP::msLeft | QCP::msRight);
    m_error->setVisible(errors);
    m_bottom->setMaximumSize(QWIDGETSIZE_MAX, errors ? QWIDGETSIZE_MAX : 1);
    m_bottom->setMinimumSize(10, errors ? scaled(all ? leastError : leastErrorCompact) : 1);
    plot()->plotLayout()->setRowStretchFactors(
        { 1.7, 0.01, 0.01, 0.01, 0.01, errors ? 1.0 : 0.01 });
    m_outsideText->setVisible(grid && !small && m_groups->outsideShare(m_histogram) > 0);
}

QSize RulerPlot::minimumSizeHint() const
{
    const bool all = m_detail == Detail::Full, small = m_detail == Detail::Small;
    const int text = QFontMetrics(textFont(12)).height();
    const int shown = m_groups->chosen() == RulerGroups::Group::OfWeight ? 4 : 3;
    const int bands
        = all ? shown * scaled(RulerBand::height) + scaled(3) : scaled(RulerBand::height);
    const int axis = (all ? 2 : 1) * text + scaled(12);
    const int error = scaled(6) + scaled(all ? leastError : leastErrorCompact);
    return { scaled(120),
        scaled(4) + scaled(small ? leastSmall : leastHistogram) + bands + error + axis };
}

void RulerPlot::fillHistogram()
{
    std::vector<double> heights(m_histogram.counts.begin(), m_histogram.counts.end());
    setSteps(m_weights, m_histogram, heights);
    const double most
        = heights.empty() ? 1 : std::max(1.0, *std::max_element(heights.begin(), heights.end()));
    QCPAxis* y = m_top->axis(QCPAxis::atLeft);
    const bool logarithmic = m_counts == Counts::Logarithmic;
    y->setScaleType(logarithmic ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
    y->setTicker(logarithmic ? makeLogTicker() : makeNumberTicker(4));
    y->setRange(logarithmic ? 0.7 : 0, logarithmic ? most * 1.6 : most * 1.08);

    std::vector<double> clipped, error;
    if (m_preview) {
        clipped.assign(m_preview->clippedCounts.begin(), m_preview->clippedCounts.end());
        error.assign(m_preview->binError.begin(), m_preview->binError.end());
    }
    setSteps(m_clipped, m_histogram, clipped);
    setSteps(m_error, m_histogram, error);
    const double worst = error.empty() ? 0 : *std::max_element(error.begin(), error.end());
    m_bottom->axis(QCPAxis::atLeft)->setRange(0, worst > 0 ? worst * 1.1 : 1);
    fillOutside();
}

void RulerPlot::setGroupOf(core::WeightPlace place, core::GroupLevels levels)
{
    m_groups->setOfWeight(place, std::move(levels));
}

void RulerPlot::showGroup()
{
    fillOutside();
    arrangeStrips();
    restyle();
}

void RulerPlot::fillOutside()
{
    if (m_groups->areThere())
        m_outsideText->setText(m_groups->outsideText(m_histogram));
}

void RulerPlot::fillMenu(QMenu* menu, const QPointF& position)
{
    const double value = m_top->axis(QCPAxis::atBottom)->pixelToCoord(position.x());
    const std::size_t bin = m_histogram.counts.empty() ? 0 : m_histogram.bin(value);
    const bool isKnown = m_preview && bin < m_preview->binWeights.size();
    m_groups->fillMenu(menu, value, isKnown ? m_preview->binWeights[bin] : core::WeightPlace());
}

/// As many values on the axis as have room: "−0.175" and the space around it.
void RulerPlot::fitTicks()
{
    constexpr int labelRoom = 64;
    const int most = m_detail == Detail::Full ? 12 : m_detail == Detail::Small ? 3 : 5;
    const int count = std::clamp(m_bottom->width() / scaled(labelRoom), 2, most);
    if (std::exchange(m_ticks, count) != count)
        m_bottom->axis(QCPAxis::atBottom)->setTicker(makeNumberTicker(count));
}

void RulerPlot::fillLevels()
{
    if (!m_groups->areThere()) {
        m_levels->setData({}, {});
        for (QCPItemRect* region : m_outside)
            region->setVisible(false);
        return;
    }
    const double ratio = plot()->bufferDevicePixelRatio();
    const core::GroupLevels& chosen = m_groups->chosenLevels();
    const QVector<double> keys = levelKeys(chosen, m_top->axis(QCPAxis::atBottom), ratio);
    m_levels->setData(
        keys, QVector<double>(keys.size(), m_top->axis(QCPAxis::atLeft)->range().upper), true);
    const double low = chosen.levels.front(), high = chosen.levels.back();
    m_outside[0]->topLeft->setCoords(m_histogram.minimum, 0);
    m_outside[0]->bottomRight->setCoords(low, 1);
    m_outside[1]->topLeft->setCoords(high, 0);
    m_outside[1]->bottomRight->setCoords(m_histogram.maximum, 1);
    m_outside[0]->setVisible(low > m_histogram.minimum);
    m_outside[1]->setVisible(high < m_histogram.maximum);
    for (std::size_t i = 0; i < m_bands.size(); ++i)
        m_bands[i].fill(m_groups->levels(RulerGroups::Group(i)), ratio);
}

void RulerPlot::resetRange()
{
    m_top->axis(QCPAxis::atBottom)->setRange(m_histogram.minimum, m_histogram.maximum);
}

void RulerPlot::doubleClicked(const QPointF&)
{
    resetRange();
    plot()->replot(QCustomPlot::rpQueuedReplot);
}

void RulerPlot::applyTokens(const Tokens& tokens)
{
    for (QCPAxis* axis : { m_top->axis(QCPAxis::atBottom), m_top->axis(QCPAxis::atLeft),
             m_bottom->axis(QCPAxis::atBottom), m_bottom->axis(QCPAxis::atLeft) })
        styleAxis(axis, tokens);
    hideAxis(m_top->axis(QCPAxis::atBottom));
    for (QCPAxisRect* rect : { m_top, m_bottom })
        rect->axis(QCPAxis::atLeft)->setTickLabels(m_detail != Detail::Small);
    for (std::size_t i = 0; i < m_bands.size(); ++i)
        m_bands[i].applyTokens(tokens,
            RulerGroups::Group(i) == m_groups->chosen() ? RulerBand::Weight::Chosen
                                                        : RulerBand::Weight::Normal);
    m_weights->setPen(QPen(tokens.original, 1));
    m_weights->setBrush(tokens.originalFill);
    m_levels->setPen(QPen(tokens.accent, 1));
    m_clipped->setPen(Qt::NoPen);
    m_clipped->setBrush(tokens.loss);
    m_error->setPen(QPen(tokens.loss, 1));
    m_error->setBrush(tokens.lossFill);
    for (QCPItemRect* region : m_outside) {
        region->setPen(Qt::NoPen);
        region->setBrush(QBrush(tokens.lossFill, Qt::BDiagPattern));
    }
    m_outsideText->setColor(tokens.loss);
    m_outsideText->setFont(textFont(12));
    m_outsideText->setBrush(tokens.base);
    m_outsideText->setPadding(QMargins(2, 0, 2, 0));
}

PlotTable RulerPlot::table() const
{
    PlotTable table{ { tr("From"), tr("To"), tr("Weights"), tr("Clipped"), tr("RMS error") }, {} };
    for (std::size_t bin = 0; bin < m_histogram.counts.size(); ++bin) {
        const double from = m_histogram.minimum + double(bin) * m_histogram.binWidth();
        QStringList row{ QString::number(from, 'g', 6),
            QString::number(from + m_histogram.binWidth(), 'g', 6),
            QString::number(m_histogram.counts[bin]), QString(), QString() };
        if (m_preview && bin < m_preview->clippedCounts.size())
            row[3] = QString::number(m_preview->clippedCounts[bin]);
        if (m_preview && bin < m_preview->binError.size())
            row[4] = QString::number(double(m_preview->binError[bin]), 'g', 4);
        table.rows.push_back(row);
    }
    return table;
}

QString RulerPlot::hoverText(const QPointF& position) const
{
    const double value = m_top->axis(QCPAxis::atBottom)->pixelToCoord(position.x());
    if (m_histogram.counts.empty() || value < m_histogram.minimum || value > m_histogram.maximum)
        return {};
    const std::size_t bin = m_histogram.bin(value);
    const double from = m_histogram.minimum + double(bin) * m_histogram.binWidth();
    const QString weights
        = tr("%1 to %2: %3 weights")
              .arg(significantText(from), significantText(from + m_histogram.binWidth()),
                  countText(std::int64_t(m_histogram.counts[bin])));
    if (!m_preview || bin >= m_preview->binError.size() || bin >= m_preview->clippedCounts.size())
        return weights;
    return tr("%1\nclipped %2, error %3")
        .arg(weights, countText(std::int64_t(m_preview->clippedCounts[bin])),
            significantText(double(m_preview->binError[bin])));
}

} // namespace widgets
