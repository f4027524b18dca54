// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/driftplot.h"

#include "widgets/format.h"
#include "widgets/plots/tickers.h"
#include "widgets/theme.h"

#include <qcustomplot.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <ranges>
#include <utility>

namespace widgets {
namespace {

    constexpr int mostDepthLabels = 12;
    /// "6.12 ± 0.04 %".
    QString measuredShareText(double share, double error)
    {
        return error > 0 ? DriftPlot::tr("%1\u00a0%").arg(measuredText(100 * share, 100 * error, 2))
                         : percentText(share);
    }

    constexpr int mostMarkers = 24; ///< beyond, only the line

} // namespace

DriftPlot::DriftPlot(const QString& name, QWidget* parent)
    : BasePlot(name, parent)
{
    plot()->yAxis->setLabel(tr("relative error"));
    plot()->yAxis->setTicker(makePercentTicker());
    // Between layout and drawing: only then the width is the present one.
    connect(plot(), &QCustomPlot::afterLayout, this, &DriftPlot::fitLabels);
    connect(plot(), &QCustomPlot::afterLayout, this, &DriftPlot::spreadLetters);
}

QString DriftPlot::depthText(int depth)
{
    if (depth == 0)
        return tr("emb", "short for embedding");
    return QString::number((depth - 1) / 2) + (depth % 2 ? u'a' : u'f');
}

void DriftPlot::clear()
{
    for (QCPErrorBars* errors : m_errors)
        plot()->removePlottable(errors);
    for (QCPGraph* graph : m_graphs)
        plot()->removeGraph(graph);
    for (QCPItemText* letter : m_letters)
        plot()->removeItem(letter);
    m_errors.clear();
    m_graphs.clear();
    m_letters.clear();
}

void DriftPlot::setLines(std::vector<DriftLine> lines)
{
    clear();
    m_lines = std::move(lines);
    double top = 0;
    int depths = 0;
    for (const DriftLine& line : m_lines) {
        QCPGraph* graph = plot()->addGraph();
        auto* errors = new QCPErrorBars(plot()->xAxis, plot()->yAxis); // the plot owns it
        errors->setDataPlottable(graph);
        errors->setSymbolGap(0);
        for (const core::Drift& drift : line.drift) {
            graph->addData(drift.depth, drift.relativeError);
            errors->addData(drift.error);
            top = std::max(top, drift.relativeError + drift.error);
            depths = std::max(depths, drift.depth + 1);
        }
        auto* letter = new QCPItemText(plot());
        letter->setText(line.letter);
        letter->setClipToAxisRect(false); // beside the end of its line
        letter->setPositionAlignment(Qt::AlignLeft | Qt::AlignVCenter);
        if (!line.drift.empty())
            letter->position->setCoords(line.drift.back().depth, line.drift.back().relativeError);
        m_graphs.push_back(graph);
        m_errors.push_back(errors);
        m_letters.push_back(letter);
    }
    m_depths = depths;
    plot()->xAxis->setRange(-0.4, std::max(1, depths - 1) + 0.4);
    plot()->yAxis->setRange(0, top > 0 ? 1.12 * top : 0.01);
    restyle();
}

void DriftPlot::fitLabels()
{
    const QFontMetrics metrics(textFont(12));
    const int room = std::max(1, plot()->axisRect()->width());
    QStringList labels;
    int widest = 1;
    for (int depth = 0; depth < m_depths; ++depth) {
        labels << depthText(depth);
        widest = std::max(widest, metrics.horizontalAdvance(labels.back()) + scaled(8));
    }
    const int least = std::max(
        (m_depths * widest + room - 1) / room, (m_depths + mostDepthLabels - 1) / mostDepthLabels);
    plot()->xAxis->setTicker(makeTextTicker(thinned(labels, least)));
    const QString label = tr("after attention (a) or feed-forward (f) of layer");
    plot()->xAxis->setLabel(metrics.horizontalAdvance(label) <= room ? label : tr("layer"));
}

/// Where lines end close to each other their letters stand one above the other.
void DriftPlot::spreadLetters()
{
    std::vector<std::pair<double, QCPItemText*>> ends; // pixels from the top
    for (std::size_t i = 0; i < m_lines.size(); ++i)
        if (!m_lines[i].drift.empty())
            ends.emplace_back(
                plot()->yAxis->coordToPixel(m_lines[i].drift.back().relativeError), m_letters[i]);
    std::ranges::sort(ends, std::greater(), &std::pair<double, QCPItemText*>::first);
    const double height = QFontMetrics(textFont(12, QFont::Bold)).height();
    double lowest = plot()->axisRect()->bottom(), highest = plot()->axisRect()->top();
    for (auto& [y, letter] : ends) {
        y = std::min(y, lowest);
        lowest = y - height;
    }
    for (auto& [y, letter] : ends | std::views::reverse) {
        y = std::max(y, highest);
        highest = y + height;
        letter->position->setCoords(letter->position->coords().x(), plot()->yAxis->pixelToCoord(y));
    }
}

PlotTable DriftPlot::table() const
{
    PlotTable table{ { tr("depth") }, {} };
    std::size_t depths = 0;
    for (const DriftLine& line : m_lines) {
        table.headers << line.letter << tr("%1 ±", "the error of a column").arg(line.letter);
        depths = std::max(depths, line.drift.size());
    }
    for (std::size_t i = 0; i < depths; ++i) {
        QStringList row{ depthText(int(i)) };
        for (const DriftLine& line : m_lines) {
            const bool has = i < line.drift.size();
            row << (has ? QString::number(line.drift[i].relativeError, 'g', 9) : QString())
                << (has ? QString::number(line.drift[i].error, 'g', 9) : QString());
        }
        table.rows.push_back(row);
    }
    return table;
}

void DriftPlot::applyTokens(const Tokens& tokens)
{
    styleAxis(plot()->xAxis, tokens);
    styleAxis(plot()->yAxis, tokens);
    if (m_depths > 2 * mostMarkers) // a tick for each would be a bar
        plot()->xAxis->setTickPen(Qt::NoPen);
    plot()->axisRect()->setMinimumMargins(
        QMargins(0, scaled(8), scaled(26), 0)); // a tick's, the letters'
    const QCPScatterStyle::ScatterShape shapes[]
        = { QCPScatterStyle::ssDiamond, QCPScatterStyle::ssSquare, QCPScatterStyle::ssDisc };
    for (std::size_t i = 0; i < m_lines.size(); ++i) {
        const int color = m_lines[i].color;
        const QColor ink = tokens.runs[std::size_t(color)];
        m_graphs[i]->setPen(QPen(ink, 2));
        m_errors[i]->setPen(QPen(ink, 1));
        m_errors[i]->setWhiskerWidth(scaled(7));
        m_errors[i]->setVisible(m_lines[i].drift.size() <= mostMarkers);
        if (m_lines[i].drift.size() <= mostMarkers)
            m_graphs[i]->setScatterStyle(
                QCPScatterStyle(shapes[color % 3], QPen(ink), QBrush(ink), scaled(8)));
        m_letters[i]->setColor(ink);
        m_letters[i]->setFont(textFont(12, QFont::Bold));
        m_letters[i]->setPadding(QMargins(scaled(8), 0, 0, 0));
    }
}

QString DriftPlot::hoverText(const QPointF& position) const
{
    const auto depth = std::llround(plot()->xAxis->pixelToCoord(position.x()));
    QStringList lines;
    for (const DriftLine& line : m_lines) {
        if (depth >= 0 && depth < std::ssize(line.drift)) {
            const core::Drift& drift = line.drift[std::size_t(depth)];
            lines << tr("%1 at %2: error %3, cosine %4")
                         .arg(line.letter, depthText(int(depth)),
                             measuredShareText(drift.relativeError, drift.error),
                             numberText(drift.cosine, 5));
        }
    }
    return lines.join(u'\n');
}

} // namespace widgets
