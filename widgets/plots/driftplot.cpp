// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/driftplot.h"

#include "widgets/format.h"
#include "widgets/plots/tickers.h"
#include "widgets/theme.h"

#include <qcustomplot.h>

#include <algorithm>
#include <cmath>

namespace widgets {
namespace {

    constexpr int mostDepthLabels = 12;
    constexpr int mostMarkers = 24; ///< beyond, only the line

} // namespace

DriftPlot::DriftPlot(const QString& name, QWidget* parent)
    : BasePlot(name, parent)
{
    plot()->xAxis->setLabel(tr("after attention (a) or feed-forward (f) of layer"));
    plot()->yAxis->setLabel(tr("relative error"));
    plot()->yAxis->setTicker(makePercentTicker());
}

QString DriftPlot::depthText(int depth)
{
    if (depth == 0)
        return tr("emb", "short for embedding");
    return QString::number((depth - 1) / 2) + (depth % 2 ? u'a' : u'f');
}

void DriftPlot::clear()
{
    for (QCPGraph* graph : m_graphs)
        plot()->removeGraph(graph);
    for (QCPItemText* letter : m_letters)
        plot()->removeItem(letter);
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
        for (const core::Drift& drift : line.drift) {
            graph->addData(drift.depth, drift.relativeError);
            top = std::max(top, drift.relativeError);
            depths = std::max(depths, drift.depth + 1);
        }
        auto* letter = new QCPItemText(plot());
        letter->setText(line.letter);
        letter->setPositionAlignment(Qt::AlignLeft | Qt::AlignVCenter);
        if (!line.drift.empty())
            letter->position->setCoords(line.drift.back().depth, line.drift.back().relativeError);
        m_graphs.push_back(graph);
        m_letters.push_back(letter);
    }
    QStringList labels;
    const int every = std::max(1, (depths + mostDepthLabels - 1) / mostDepthLabels);
    for (int depth = 0; depth < depths; ++depth)
        labels << (depth % every == 0 ? depthText(depth) : QString());
    plot()->xAxis->setTicker(makeTextTicker(labels));
    plot()->xAxis->setRange(-0.4, std::max(1, depths - 1) * 1.06 + 0.2);
    plot()->yAxis->setRange(0, top > 0 ? 1.12 * top : 0.01);
    restyle();
}

PlotTable DriftPlot::table() const
{
    PlotTable table{ { tr("depth") }, {} };
    std::size_t depths = 0;
    for (const DriftLine& line : m_lines) {
        table.headers << line.letter;
        depths = std::max(depths, line.drift.size());
    }
    for (std::size_t i = 0; i < depths; ++i) {
        QStringList row{ depthText(int(i)) };
        for (const DriftLine& line : m_lines)
            row << (i < line.drift.size() ? QString::number(line.drift[i].relativeError, 'g', 9)
                                          : QString());
        table.rows.push_back(row);
    }
    return table;
}

void DriftPlot::applyTokens(const Tokens& tokens)
{
    styleAxis(plot()->xAxis, tokens);
    styleAxis(plot()->yAxis, tokens);
    const QCPScatterStyle::ScatterShape shapes[]
        = { QCPScatterStyle::ssDiamond, QCPScatterStyle::ssSquare, QCPScatterStyle::ssDisc };
    for (std::size_t i = 0; i < m_lines.size(); ++i) {
        const int color = m_lines[i].color;
        const QColor ink = tokens.runs[std::size_t(color)];
        m_graphs[i]->setPen(QPen(ink, 2));
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
                         .arg(line.letter, depthText(int(depth)), percentText(drift.relativeError),
                             numberText(drift.cosine, 5));
        }
    }
    return lines.join(u'\n');
}

} // namespace widgets
