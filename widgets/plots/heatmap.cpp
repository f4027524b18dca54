// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/heatmap.h"

#include "widgets/plots/tickers.h"
#include "widgets/theme.h"

#include <qcustomplot.h>

#include <algorithm>
#include <cmath>

namespace widgets {
namespace {
    constexpr std::size_t mostLabels = 200;
    constexpr int belowMap = 26; // room of the scale
    constexpr int mostSeparated = 40; // more would eat the cells

    const std::array<QColor, 5>& colours(const Tokens& tokens, HeatMapData::Scale scale)
    {
        return scale == HeatMapData::Scale::Loss ? tokens.lossScale : tokens.magnitude;
    }
} // namespace

HeatMap::HeatMap(const QString& name, QWidget* parent)
    : BasePlot(name, parent)
{
    QCPAxisRect* rect = plot()->axisRect();
    rect->setupFullAxesBox();
    m_map = new QCPColorMap(rect->axis(QCPAxis::atTop), plot()->yAxis);
    m_map->setInterpolate(false);
    m_map->setTightBoundary(true);
    rect->axis(QCPAxis::atRight)->setVisible(false);
    plot()->xAxis->setVisible(false);
    plot()->yAxis->setRangeReversed(true);
    m_frame = new QCPItemRect(plot());
    m_frame->setVisible(false);
    m_frame->setLayer(QStringLiteral("overlay"));
    for (QCPItemPosition* corner : { m_frame->topLeft, m_frame->bottomRight })
        corner->setAxes(rect->axis(QCPAxis::atTop), plot()->yAxis);
    m_scale = new QCPItemPixmap(plot());
    m_leastText = new QCPItemText(plot());
    m_mostText = new QCPItemText(plot());
    for (QCPAbstractItem* item :
        std::initializer_list<QCPAbstractItem*>{ m_scale, m_leastText, m_mostText }) {
        item->setClipToAxisRect(false);
        for (QCPItemPosition* position : item->positions())
            position->setType(QCPItemPosition::ptAbsolute);
    }
    setMouseTracking(true);
    // Between layout and drawing: only then the margins are those of the present row titles.
    connect(plot(), &QCustomPlot::afterLayout, this, &HeatMap::placeLabels);
}

void HeatMap::setData(HeatMapData data)
{
    m_data = std::move(data);
    m_data.values.resize(std::size_t(m_data.rows.size() * m_data.columns.size()), qQNaN());
    m_heat = HeatScale(m_data.values, m_data.spread);
    m_lying = m_data.rows.size() > mostRowsDown && m_data.rows.size() > m_data.columns.size();
    fill();
    restyle();
}

void HeatMap::setCurrent(int row, int column)
{
    frame(row < 0 ? QRect() : QRect(column, row, 1, 1));
}

PlotTable HeatMap::table() const
{
    PlotTable table;
    table.headers = QStringList{ m_data.what } + m_data.columns;
    for (int row = 0; row < m_data.rows.size(); ++row) {
        QStringList line{ m_data.rows[row] };
        for (int column = 0; column < m_data.columns.size(); ++column)
            line.append(QString::number(valueAt(row, column), 'g', 6));
        table.rows.push_back(line);
    }
    return table;
}

int HeatMap::across() const { return int(m_lying ? m_data.rows.size() : m_data.columns.size()); }
int HeatMap::down() const { return int(m_lying ? m_data.columns.size() : m_data.rows.size()); }

std::size_t HeatMap::indexAt(QPoint drawn) const
{
    const QPoint cell = exchanged(drawn);
    return std::size_t(cell.y() * m_data.columns.size() + cell.x());
}

double HeatMap::valueAt(int row, int column) const
{
    return m_data.values[std::size_t(row * m_data.columns.size() + column)];
}

QPoint HeatMap::cellAt(const QPointF& position) const
{
    const QCPAxisRect* rect = plot()->axisRect();
    if (!QRectF(rect->rect()).contains(position) || across() == 0 || down() == 0)
        return { -1, -1 };
    const int x = int((position.x() - rect->left()) * across() / std::max(1, rect->width()));
    const int y = int((position.y() - rect->top()) * down() / std::max(1, rect->height()));
    return exchanged({ std::clamp(x, 0, across() - 1), std::clamp(y, 0, down() - 1) });
}

void HeatMap::fill()
{
    QCPAxis* top = plot()->axisRect()->axis(QCPAxis::atTop);
    m_map->data()->setSize(std::max(across(), 1), std::max(down(), 1));
    const auto centres = [](int cells) { // one cell alone has its bounds as range
        return cells > 1 ? QCPRange(0, cells - 1) : QCPRange(-0.5, 0.5);
    };
    m_map->data()->setRange(centres(across()), centres(down()));
    for (int y = 0; y < down(); ++y)
        for (int x = 0; x < across(); ++x)
            m_map->data()->setCell(x, y, m_heat.shareOf(m_data.values[indexAt({ x, y })]));
    m_map->setDataRange(QCPRange(0, 1));
    const bool known = across() > 0 && down() > 0;
    for (QCPLayerable* part :
        std::initializer_list<QCPLayerable*>{ m_map, m_scale, m_leastText, m_mostText })
        part->setVisible(known);
    m_map->setTightBoundary(false);
    top->setRange(-0.5, across() - 0.5);
    plot()->yAxis->setRange(-0.5, down() - 0.5);
    thinTitles();
    makeCells();
}

void HeatMap::makeCells()
{
    const int columns = across(), rows = down();
    QCPAxis* top = plot()->axisRect()->axis(QCPAxis::atTop);
    for (QCPAbstractItem* gap : m_gaps)
        plot()->removeItem(gap);
    for (QCPItemText* label : m_labels)
        plot()->removeItem(label);
    m_gaps.clear();
    m_labels.clear();
    const auto addGap = [this, top](double x0, double y0, double x1, double y1) {
        auto* line = new QCPItemLine(plot());
        line->start->setAxes(top, plot()->yAxis);
        line->end->setAxes(top, plot()->yAxis);
        line->start->setCoords(x0, y0);
        line->end->setCoords(x1, y1);
        m_gaps.push_back(line);
    };
    for (int column = 1; column < columns && columns <= mostSeparated; ++column)
        addGap(column - 0.5, -0.5, column - 0.5, rows - 0.5);
    for (int row = 1; row < rows && rows <= mostSeparated; ++row)
        addGap(-0.5, row - 0.5, columns - 0.5, row - 0.5);
    if (m_data.labels.size() != m_data.values.size() || m_data.values.size() > mostLabels)
        return;
    for (std::size_t i = 0; i < m_data.values.size(); ++i) {
        const int row = int(i) / int(m_data.columns.size());
        const QPoint drawn = exchanged({ int(i) % int(m_data.columns.size()), row });
        auto* label = new QCPItemText(plot());
        label->setLayer(QStringLiteral("overlay"));
        label->position->setAxes(top, plot()->yAxis);
        label->position->setCoords(drawn.x(), drawn.y());
        label->setText(m_data.labels[i]);
        m_labels.push_back(label);
    }
}

void HeatMap::applyTokens(const Tokens& tokens)
{
    const auto& stops = colours(tokens, m_data.scale);
    QCPColorGradient gradient;
    for (std::size_t i = 0; i < stops.size(); ++i)
        gradient.setColorStopAt(double(i) / 4, stops[i]);
    gradient.setNanHandling(QCPColorGradient::nhNanColor);
    gradient.setNanColor(tokens.window);
    m_map->setGradient(gradient);
    for (QCPAxis* axis : { plot()->axisRect()->axis(QCPAxis::atTop), plot()->yAxis }) {
        styleAxis(axis, tokens);
        axis->setBasePen(Qt::NoPen);
        axis->setTickPen(Qt::NoPen);
        axis->setTickLengthOut(0);
        axis->setVisible(true);
        axis->setTickLabels(true);
        axis->grid()->setVisible(false);
    }
    for (std::size_t i = 0; i < m_labels.size(); ++i) {
        const double share = m_heat.shareOf(m_data.values[i]);
        m_labels[i]->setFont(textFont(12));
        m_labels[i]->setColor(textOn(std::isnan(share) ? tokens.window : scaleColor(stops, share)));
    }
    for (QCPItemLine* gap : m_gaps)
        gap->setPen(QPen(tokens.base, 1));
    m_frame->setPen(QPen(tokens.text, 2));
    QImage strip(128, 1, QImage::Format_RGB32);
    for (int x = 0; x < strip.width(); ++x)
        strip.setPixelColor(x, 0, scaleColor(stops, x / 127.0));
    m_scale->setPixmap(QPixmap::fromImage(strip));
    m_scale->setScaled(true, Qt::IgnoreAspectRatio);
    for (QCPItemText* text : { m_leastText, m_mostText }) {
        text->setFont(textFont(12));
        text->setColor(tokens.text2);
    }
    setScaleTexts();
    plot()->axisRect()->setAutoMargins(QCP::msLeft | QCP::msTop);
    plot()->axisRect()->setMargins(QMargins(0, 0, scaled(4), scaled(belowMap)));
}

void HeatMap::placeLabels()
{
    QCPAxisRect* rect = plot()->axisRect();
    const double y = plot()->height() - scaled(belowMap) / 2.0 + scaled(2);
    const double width = QFontMetrics(textFont(12)).horizontalAdvance(m_leastText->text());
    const double left = rect->left() - scaled(6);
    m_leastText->setPositionAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_leastText->position->setCoords(std::max(left, width), y);
    m_scale->topLeft->setCoords(rect->left(), y - scaled(4));
    m_scale->bottomRight->setCoords(rect->left() + scaled(120), y + scaled(4));
    m_mostText->setPositionAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_mostText->position->setCoords(rect->left() + scaled(126), y);

    const double cellHeight = down() == 0 ? 0 : double(rect->height()) / down();
    const double cellWidth = across() == 0 ? 0 : double(rect->width()) / across();
    const QFontMetrics metrics(textFont(12));
    for (QCPItemText* label : m_labels)
        label->setVisible(cellHeight >= metrics.height() - 2
            && cellWidth >= metrics.horizontalAdvance(label->text()) + 2);
    thinTitles();
}

void HeatMap::setScaleTexts()
{
    const bool known = m_data.text && !m_heat.isEmpty();
    m_leastText->setText(known ? m_data.text(m_heat.from()) : QString());
    if (!known)
        return m_mostText->setText({});
    const QString end = m_heat.most() > m_heat.to()
        ? tr("%1 and more, up to %2").arg(m_data.text(m_heat.to()), m_data.text(m_heat.most()))
        : m_data.text(m_heat.to());
    m_mostText->setText(
        m_heat.isLogarithmic() ? tr("%1  (logarithmic)", "end of a scale").arg(end) : end);
}

void HeatMap::thinTitles()
{
    const QCPAxisRect* rect = plot()->axisRect();
    const QFontMetrics metrics(textFont(12));
    const bool numbered = m_lying && m_data.shortRows.size() == m_data.rows.size();
    const QStringList& titles = numbered ? m_data.shortRows : m_data.rows;
    double widest = 0;
    for (const QString& title : titles)
        widest = std::max<double>(widest, metrics.horizontalAdvance(title) + scaled(6));
    const double room = m_lying ? widest : metrics.height();
    const double cell
        = titles.isEmpty() ? 0 : double(m_lying ? rect->width() : rect->height()) / titles.size();
    const QStringList rows = thinned(titles, cell <= 0 ? 1 : int(std::ceil(room / cell)));
    QCPAxis* top = plot()->axisRect()->axis(QCPAxis::atTop);
    double widestAcross = 0; // names that do not fit side by side stand upright
    for (const QString& title : m_lying ? rows : m_data.columns)
        widestAcross = std::max<double>(widestAcross, metrics.horizontalAdvance(title));
    const double across = double(rect->width()) / std::max<double>(1, double(this->across()));
    top->setTickLabelRotation(!m_lying && widestAcross + scaled(2) > across ? -90 : 0);
    top->setTicker(makeTextTicker(m_lying ? rows : m_data.columns));
    plot()->yAxis->setTicker(makeTextTicker(m_lying ? m_data.columns : rows));
}

void HeatMap::frame(const QRect& cells)
{
    m_framed = cells;
    m_frame->setVisible(!cells.isEmpty());
    const QPoint first = exchanged(cells.topLeft()), last = exchanged(cells.bottomRight());
    m_frame->topLeft->setCoords(first.x() - 0.5, first.y() - 0.5);
    m_frame->bottomRight->setCoords(last.x() + 0.5, last.y() + 0.5);
    plot()->replot(QCustomPlot::rpQueuedReplot);
}

QString HeatMap::hoverText(const QPointF& position) const
{
    const QPoint cell = cellAt(position);
    return cell.x() < 0 ? QString() : cellText(cell);
}

QString HeatMap::cellText(QPoint cell) const
{
    const auto at = std::size_t(cell.y() * m_data.columns.size() + cell.x());
    const QString value = at < m_data.labels.size() ? m_data.labels[at]
                                                    : QString::number(m_data.values[at], 'g', 3);
    return tr("%1, %2: %3 %4")
        .arg(m_data.rows[cell.y()], m_data.columns[cell.x()], m_data.what, value);
}

void HeatMap::pressed(const QPointF& position)
{
    m_dragStart = cellAt(position);
    if (m_dragStart.x() >= 0)
        frame(QRect(m_dragStart, QSize(1, 1)));
}

void HeatMap::dragged(const QPointF& position)
{
    const QPoint cell = cellAt(position);
    if (m_dragStart.x() >= 0 && cell.x() >= 0)
        frame(QRect(m_dragStart, QSize(1, 1)).united(QRect(cell, QSize(1, 1))));
}

void HeatMap::released(const QPointF&)
{
    if (m_dragStart.x() < 0)
        return;
    m_dragStart = { -1, -1 };
    emit cellsChosen(m_framed);
}

bool HeatMap::moveCursor(int dx, int dy)
{
    if (m_data.rows.isEmpty() || m_data.columns.isEmpty())
        return false;
    const QPoint from
        = m_framed.isEmpty() ? QPoint(0, 0) : m_framed.topLeft() + exchanged({ dx, dy });
    const QPoint to(std::clamp(from.x(), 0, int(m_data.columns.size()) - 1),
        std::clamp(from.y(), 0, int(m_data.rows.size()) - 1));
    frame(QRect(to, QSize(1, 1)));
    setDescription(cellText(to));
    return true;
}

void HeatMap::activateCursor()
{
    if (!m_framed.isEmpty())
        emit cellsChosen(m_framed);
}

void HeatMap::resizeEvent(QResizeEvent* event)
{
    BasePlot::resizeEvent(event);
    plot()->replot(QCustomPlot::rpQueuedReplot);
}

} // namespace widgets
