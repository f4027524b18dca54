// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/dumbbellplot.h"

#include "widgets/format.h"
#include "widgets/plots/tickers.h"
#include "widgets/theme.h"

#include <qcustomplot.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

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
    , m_mark(new QCPItemRect(plot()))
{
    m_mark->setLayer(QStringLiteral("background"));
    m_mark->setVisible(false);
    for (QCPItemPosition* corner : { m_mark->topLeft, m_mark->bottomRight })
        corner->setTypeX(QCPItemPosition::ptAxisRectRatio);
    connect(plot(), &QCustomPlot::beforeReplot, this, &DumbbellPlot::fitTicks);
    plot()->yAxis->setRangeReversed(true);
    plot()->yAxis->grid()->setVisible(false);
    m_links = plot()->addGraph(plot()->yAxis, plot()->xAxis);
    m_importance = addMarks(plot());
    m_done = addMarks(plot());
    fill();
}

void DumbbellPlot::setMethodName(const QString& name) { m_method = name; }

void DumbbellPlot::setErrorName(const QString& name) { plot()->xAxis->setLabel(name); }

void DumbbellPlot::setRows(std::vector<DumbbellRow> rows)
{
    const bool sameRows = std::equal(rows.begin(), rows.end(), m_rows.begin(), m_rows.end(),
        [](const DumbbellRow& a, const DumbbellRow& b) {
            return a.label == b.label && a.startsGroup == b.startsGroup;
        });
    m_rows = std::move(rows);
    if (!sameRows) {
        mark(-1);
        rebuildGroupLines();
    }
    fill();
}

void DumbbellPlot::rebuildGroupLines()
{
    for (QCPItemStraightLine* line : m_groupLines)
        plot()->removeItem(line);
    m_groupLines.clear();
    for (std::size_t row = 0; row < m_rows.size(); ++row) {
        if (!m_rows[row].startsGroup || row == 0)
            continue;
        auto* line = new QCPItemStraightLine(plot());
        line->point1->setCoords(0, double(row) - 0.5);
        line->point2->setCoords(1, double(row) - 0.5);
        m_groupLines.push_back(line);
    }
    m_stride = 0;
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
    m_mark->setPen(Qt::NoPen);
    m_mark->setBrush(tokens.selection);
    const int size = scaled(8);
    m_links->setPen(QPen(tokens.accent, 2));
    m_importance->setScatterStyle(QCPScatterStyle(
        QCPScatterStyle::ssCircle, QPen(tokens.original, 1.5), QBrush(tokens.base), size));
    m_done->setScatterStyle(
        QCPScatterStyle(QCPScatterStyle::ssDisc, QPen(tokens.accent), QBrush(tokens.accent), size));
    for (QCPItemStraightLine* line : m_groupLines)
        line->setPen(QPen(tokens.line, 1));
}

void DumbbellPlot::fitTicks()
{
    constexpr int rowLabels = 90; // width they take at the left
    constexpr int labelRoom = 72; // "12.5 %" with the space around it
    const int ticks = std::clamp((plot()->width() - scaled(rowLabels)) / scaled(labelRoom), 2, 8);
    if (std::exchange(m_ticks, ticks) != ticks)
        plot()->xAxis->setTicker(makePercentTicker(ticks));

    constexpr int axisRoom = 46, lineRoom = 11;
    const int room = std::max(1, (plot()->height() - scaled(axisRoom)) / scaled(lineRoom));
    const int stride = std::max(1, (int(m_rows.size()) + room - 1) / room);
    if (std::exchange(m_stride, stride) == stride)
        return;
    const bool grouped = std::count_if(m_rows.begin(), m_rows.end(), [](const DumbbellRow& row) {
        return row.startsGroup;
    }) > 1;
    QStringList labels;
    for (std::size_t row = 0; row < m_rows.size(); ++row) {
        const bool shown
            = stride == 1 || (grouped ? m_rows[row].startsGroup : int(row) % stride == 0);
        labels << (shown ? m_rows[row].label : QString());
    }
    plot()->yAxis->setTicker(makeTextTicker(labels));
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
    const int row = rowAt(position);
    return row < 0 ? QString() : rowText(row);
}

QString DumbbellPlot::rowText(int index) const
{
    const DumbbellRow& row = m_rows[std::size_t(index)];
    return tr("%1: %2 %3, importance-weighted %4")
        .arg(row.name, m_method, errorText(row.method), errorText(row.importance));
}

void DumbbellPlot::pressed(const QPointF& position)
{
    const int row = rowAt(position);
    if (row < 0)
        return;
    mark(row);
    emit rowChosen(row);
}

void DumbbellPlot::mark(int row)
{
    m_marked = row;
    m_mark->setVisible(row >= 0);
    if (row < 0)
        return;
    m_mark->topLeft->setCoords(0, row - 0.5);
    m_mark->bottomRight->setCoords(1, row + 0.5);
    setDescription(rowText(row));
    plot()->replot(QCustomPlot::rpQueuedReplot);
}

bool DumbbellPlot::moveCursor(int, int dy)
{
    if (m_rows.empty() || dy == 0)
        return false;
    const int last = int(m_rows.size()) - 1;
    mark(m_marked < 0 ? (dy > 0 ? 0 : last) : std::clamp(m_marked + dy, 0, last));
    return true;
}

void DumbbellPlot::activateCursor()
{
    if (m_marked >= 0)
        emit rowChosen(m_marked);
}

} // namespace widgets
