// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/histogramplot.h"

#include "widgets/format.h"
#include "widgets/plots/tickers.h"
#include "widgets/theme.h"

#include <qcustomplot.h>

#include <algorithm>
#include <cmath>

namespace widgets {

void setSteps(QCPGraph* graph, const core::Histogram& bins, const std::vector<double>& heights)
{
    QVector<double> keys, values;
    for (std::size_t bin = 0; bin < heights.size(); ++bin) {
        keys.append(bins.minimum + double(bin) * bins.binWidth());
        values.append(heights[bin]);
    }
    keys.append(bins.maximum);
    values.append(0);
    graph->setLineStyle(QCPGraph::lsStepLeft);
    graph->setData(keys, values, true);
}

HistogramPlot::HistogramPlot(
    const QString& name, const QString& valueLabel, const QString& countLabel, QWidget* parent)
    : BasePlot(name, parent)
    , m_graph(plot()->addGraph())
    , m_note(new QCPItemText(plot()))
{
    plot()->xAxis->setLabel(valueLabel);
    plot()->yAxis->setLabel(countLabel);
    plot()->xAxis->setTicker(makeNumberTicker(5));
    plot()->yAxis->setScaleType(QCPAxis::stLogarithmic);
    plot()->yAxis->setTicker(makeLogTicker());
    m_note->position->setType(QCPItemPosition::ptAxisRectRatio);
    m_note->position->setCoords(0.02, 0.01);
    m_note->setPositionAlignment(Qt::AlignLeft | Qt::AlignTop);
}

void HistogramPlot::setHistogram(const core::Histogram& histogram, const QString& note)
{
    m_histogram = histogram;
    std::vector<double> heights(histogram.counts.begin(), histogram.counts.end());
    setSteps(m_graph, histogram, heights);
    const double most
        = heights.empty() ? 1 : std::max(1.0, *std::max_element(heights.begin(), heights.end()));
    constexpr double least = 0.7; // a count of one is seen
    const double room = std::pow(most / least, 0.18); // above, for the note
    plot()->yAxis->setRange(least, most * std::max(2.5, room));
    plot()->xAxis->setRange(histogram.minimum, histogram.maximum);
    m_note->setText(note);
    setDescription(note);
    restyle();
}

PlotTable HistogramPlot::table() const
{
    PlotTable table{ { tr("From"), tr("To"), tr("Count") }, {} };
    for (std::size_t bin = 0; bin < m_histogram.counts.size(); ++bin) {
        const double from = m_histogram.minimum + double(bin) * m_histogram.binWidth();
        table.rows.push_back(
            { QString::number(from, 'g', 6), QString::number(from + m_histogram.binWidth(), 'g', 6),
                QString::number(m_histogram.counts[bin]) });
    }
    return table;
}

void HistogramPlot::applyTokens(const Tokens& tokens)
{
    styleAxis(plot()->xAxis, tokens);
    styleAxis(plot()->yAxis, tokens);
    plot()->axisRect()->setMinimumMargins(
        QMargins(0, scaled(8), scaled(16), 0)); // outermost ticks'
    m_graph->setPen(QPen(tokens.original, 1));
    m_graph->setBrush(tokens.originalFill);
    m_note->setFont(textFont(12));
    m_note->setColor(tokens.text);
}

QString HistogramPlot::hoverText(const QPointF& position) const
{
    const double value = plot()->xAxis->pixelToCoord(position.x());
    if (m_histogram.counts.empty() || value < m_histogram.minimum || value > m_histogram.maximum)
        return {};
    const std::size_t bin = m_histogram.bin(value);
    const double from = m_histogram.minimum + double(bin) * m_histogram.binWidth();
    return tr("%1 to %2: %3")
        .arg(significantText(from), significantText(from + m_histogram.binWidth()),
            countText(std::int64_t(m_histogram.counts[bin])));
}

} // namespace widgets
