// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/dumbbellplot.h"

#include "widgets/format.h"
#include "widgets/plots/tickers.h"
#include "widgets/theme.h"

#include <qcustomplot.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace widgets {
namespace {

    QCPGraph* addMarks(QCustomPlot* plot)
    {
        QCPGraph* graph = plot->addGraph(plot->yAxis, plot->xAxis); // keyed by row
        graph->setLineStyle(QCPGraph::lsNone);
        return graph;
    }

    QString errorText(const std::optional<double>& error)
    {
        return error ? percentText(*error) : pendingText();
    }

} // namespace

DumbbellPlot::DumbbellPlot(const QString& name, QWidget* parent)
    : BasePlot(name, parent)
{
    plot()->xAxis->setLabel(tr("output error against the original model"));
    plot()->xAxis->setTicker(makePercentTicker());
    plot()->yAxis->setRangeReversed(true);
    plot()->yAxis->grid()->setVisible(false);
    m_links = plot()->addGraph(plot()->yAxis, plot()->xAxis);
    m_importance = addMarks(plot());
    m_done = addMarks(plot());
    fill();
}

void DumbbellPlot::setMethodName(const QString& name) { m_method = name; }

void DumbbellPlot::setRows(std::vector<DumbbellRow> rows)
{
    const bool sameRows = std::equal(rows.begin(), rows.end(), m_rows.begin(), m_rows.end(),
        [](const DumbbellRow& a, const DumbbellRow& b) {
            return a.label == b.label && a.startsGroup == b.startsGroup;
        });
    m_rows = std::move(rows);
    if (!sameRows)
        rebuildGroupLines();
    fill();
}

void DumbbellPlot::rebuildGroupLines()
{
    for (QCPItemStraightLine* line : m_groupLines)
        plot()->removeItem(line);
    m_groupLines.clear();
    QStringList labels;
    for (std::size_t row = 0; row < m_rows.size(); ++row) {
        labels << m_rows[row].label;
        if (!m_rows[row].startsGroup || row == 0)
            continue;
        auto* line = new QCPItemStraightLine(plot());
        line->point1->setCoords(0, double(row) - 0.5);
        line->point2->setCoords(1, double(row) - 0.5);
        m_groupLines.push_back(line);
    }
    plot()->yAxis->setTicker(makeTextTicker(labels));
    plot()->yAxis->setRange(-0.6, std::max(0.6, double(m_rows.size()) - 0.4));
}

void DumbbellPlot::fill()
{
    for (QCPGraph* graph : { m_links, m_importance, m_done })
        graph->data()->clear();
    double most = 0;
    for (std::size_t i = 0; i < m_rows.size(); ++i) {
        const DumbbellRow& row = m_rows[i];
        const double key = double(i);
        if (row.importance)
            m_importance->addData(key, *row.importance);
        if (row.method)
            m_done->addData(key, *row.method);
        if (row.importance && row.method) {
            m_links->addData(key - 1e-6, *row.importance);
            m_links->addData(key + 1e-6, *row.method);
            m_links->addData(
                key + 0.5, std::numeric_limits<double>::quiet_NaN()); // no line to the next row
        }
        most = std::max({ most, row.importance.value_or(0), row.method.value_or(0) });
    }
    plot()->xAxis->setRange(0, most > 0 ? 1.08 * most : 0.1);
    restyle();
}

PlotTable DumbbellPlot::table() const
{
    const auto cell = [](const std::optional<double>& error) {
        return error ? QString::number(*error, 'g', 9) : QString();
    };
    PlotTable table{ { tr("tensor"), tr("importance-weighted"), m_method }, {} };
    for (const DumbbellRow& row : m_rows)
        table.rows.push_back({ row.name, cell(row.importance), cell(row.method) });
    return table;
}

void DumbbellPlot::applyTokens(const Tokens& tokens)
{
    styleAxis(plot()->xAxis, tokens);
    styleAxis(plot()->yAxis, tokens);
    plot()->yAxis->setTickPen(Qt::NoPen);
    const int size = scaled(8);
    m_links->setPen(QPen(tokens.accent, 2));
    m_importance->setScatterStyle(QCPScatterStyle(
        QCPScatterStyle::ssCircle, QPen(tokens.original, 1.5), QBrush(tokens.base), size));
    m_done->setScatterStyle(
        QCPScatterStyle(QCPScatterStyle::ssDisc, QPen(tokens.accent), QBrush(tokens.accent), size));
    for (QCPItemStraightLine* line : m_groupLines)
        line->setPen(QPen(tokens.line, 1));
}

void DumbbellPlot::resizeEvent(QResizeEvent* event)
{
    BasePlot::resizeEvent(event);
    constexpr int labelRoom = 72; // "12.5 %" with the space around it
    plot()->xAxis->setTicker(
        makePercentTicker(std::clamp(plot()->axisRect()->width() / scaled(labelRoom), 2, 8)));
    plot()->replot(QCustomPlot::rpQueuedReplot);
}

int DumbbellPlot::rowAt(const QPointF& position) const
{
    const auto row = std::llround(plot()->yAxis->pixelToCoord(position.y()));
    const bool inside = plot()
                            ->axisRect()
                            ->rect()
                            .adjusted(-plot()->axisRect()->rect().left(), 0, 0, 0)
                            .contains(position.toPoint());
    return inside && row >= 0 && row < std::ssize(m_rows) ? int(row) : -1;
}

QString DumbbellPlot::hoverText(const QPointF& position) const
{
    const int index = rowAt(position);
    if (index < 0)
        return {};
    const DumbbellRow& row = m_rows[std::size_t(index)];
    return tr("%1: %2 %3, importance-weighted %4")
        .arg(row.name, m_method, errorText(row.method), errorText(row.importance));
}

void DumbbellPlot::pressed(const QPointF& position)
{
    if (const int row = rowAt(position); row >= 0)
        emit rowChosen(row);
}

} // namespace widgets
