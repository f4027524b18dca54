// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/channelmap.h"

#include "widgets/format.h"
#include "widgets/plots/tickers.h"
#include "widgets/theme.h"

#include <qcustomplot.h>

#include <algorithm>
#include <cmath>

namespace widgets {
namespace {
    // A massive activation would leave everything else blank on a linear scale.
    constexpr double mostLinear = 50, leastOfMost = 1e-4;
    constexpr int scaleWidth = 96, roomForLabel = 760, roomForWord = 220;
    constexpr int mostGaps = 40; // lines between more depths would eat the cells
}

ChannelMap::ChannelMap(const QString& name, QWidget* parent)
    : BasePlot(name, parent)
    , m_map(new QCPColorMap(plot()->xAxis, plot()->yAxis))
    , m_frame(new QCPItemRect(plot()))
    , m_scale(new QCPItemPixmap(plot()))
    , m_leastText(new QCPItemText(plot()))
    , m_mostText(new QCPItemText(plot()))
{
    m_map->setInterpolate(false);
    m_map->setTightBoundary(true);
    plot()->yAxis->setRangeReversed(true);
    plot()->xAxis->setTicker(makeIndexTicker(6));
    m_frame->setVisible(false);
    m_frame->setLayer(QStringLiteral("overlay"));
    // Between layout and drawing: only then the margins are those of the present labels.
    connect(plot(), &QCustomPlot::afterLayout, this, &ChannelMap::place);
    for (QCPAbstractItem* item :
        std::initializer_list<QCPAbstractItem*>{ m_scale, m_leastText, m_mostText }) {
        item->setClipToAxisRect(false);
        for (QCPItemPosition* position : item->positions())
            position->setType(QCPItemPosition::ptAbsolute);
    }
}

void ChannelMap::setData(ChannelMapData data)
{
    m_data = std::move(data);
    m_cursor = { -1, -1 };
    m_least
        = m_data.ratios.empty() ? 0 : *std::min_element(m_data.ratios.begin(), m_data.ratios.end());
    m_most
        = m_data.ratios.empty() ? 1 : *std::max_element(m_data.ratios.begin(), m_data.ratios.end());
    updateLabel();
    for (QCPItemText* name : m_names)
        plot()->removeItem(name);
    m_names.clear();
    for (const int channel : m_data.named) {
        auto* name = new QCPItemText(plot());
        name->setText(QString::number(channel) + QStringLiteral("\n") + QChar(0x25BE));
        name->setTextAlignment(Qt::AlignHCenter);
        name->setClipToAxisRect(false);
        name->setProperty("channel", channel);
        m_names.push_back(name);
    }
    for (QCPItemLine* gap : m_gaps)
        plot()->removeItem(gap);
    m_gaps.clear();
    for (int depth = 1; depth < m_data.depths.size() && m_data.depths.size() <= mostGaps; ++depth) {
        auto* gap = new QCPItemLine(plot());
        gap->start->setCoords(-0.5, depth - 0.5);
        gap->end->setCoords(m_data.channels - 0.5, depth - 0.5);
        m_gaps.push_back(gap);
    }
    fill();
    restyle();
}

void ChannelMap::setMarked(int channel)
{
    m_marked = channel;
    plot()->replot(QCustomPlot::rpQueuedReplot);
}

bool ChannelMap::isLogarithmic() const { return m_most > mostLinear * std::max(m_least, 0.1); }

float ChannelMap::ratio(int depth, int channel) const
{
    return m_data.ratios[std::size_t(depth) * std::size_t(m_data.channels) + std::size_t(channel)];
}

void ChannelMap::fill()
{
    const int depths = int(m_data.depths.size());
    if (depths == 0 || m_data.channels == 0)
        return;
    // At most one column a pixel, so that no narrow outlier is dropped by scaling down.
    const int pixels = std::max(64, plot()->axisRect()->width());
    const int columns = std::min(m_data.channels, pixels);
    m_map->data()->setSize(columns, depths);
    const double width = double(m_data.channels) / columns;
    m_map->setTightBoundary(false);
    m_map->data()->setRange(QCPRange(width / 2 - 0.5, m_data.channels - width / 2 - 0.5),
        depths > 1 ? QCPRange(0, depths - 1) : QCPRange(-0.5, 0.5));
    for (int depth = 0; depth < depths; ++depth)
        for (int column = 0; column < columns; ++column) {
            const int from = int(column * width);
            const int to = std::max(from + 1, int((column + 1) * width));
            float most = 0;
            for (int channel = from; channel < std::min(to, m_data.channels); ++channel)
                most = std::max(most, ratio(depth, channel));
            m_map->data()->setCell(column, depth, double(most));
        }
    const bool logarithmic = isLogarithmic();
    m_map->setDataScaleType(logarithmic ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
    const double least = logarithmic ? std::max(m_least, m_most * leastOfMost) : m_least;
    m_map->setDataRange(QCPRange(least, std::max(m_most, least + 1e-6)));
    plot()->xAxis->setRange(-0.5, m_data.channels - 0.5);
    plot()->yAxis->setRange(-0.5, depths - 0.5);
}

void ChannelMap::applyTokens(const Tokens& tokens)
{
    QCPColorGradient gradient;
    for (std::size_t i = 0; i < tokens.magnitude.size(); ++i)
        gradient.setColorStopAt(double(i) / 4, tokens.magnitude[i]);
    m_map->setGradient(gradient);
    for (QCPAxis* axis : { plot()->xAxis, plot()->yAxis }) {
        styleAxis(axis, tokens);
        axis->setBasePen(Qt::NoPen);
        axis->setTickPen(Qt::NoPen);
        axis->setTickLengthOut(0);
        axis->grid()->setVisible(false);
    }
    m_frame->setPen(QPen(tokens.accent, 2));
    for (QCPItemText* name : m_names) {
        name->setFont(textFont(12, QFont::Bold));
        name->setColor(tokens.loss);
    }
    QImage strip(128, 1, QImage::Format_RGB32);
    for (int x = 0; x < strip.width(); ++x)
        strip.setPixelColor(x, 0, scaleColor(tokens.magnitude, x / 127.0));
    m_scale->setPixmap(QPixmap::fromImage(strip));
    m_scale->setScaled(true, Qt::IgnoreAspectRatio);
    for (QCPItemText* text : { m_leastText, m_mostText }) {
        text->setFont(textFont(12));
        text->setColor(tokens.text2);
    }
    m_leastText->setText(
        (isLogarithmic() ? tr("absmax / median, logarithmic  %1×") : tr("absmax / median  %1×"))
            .arg(numberText(m_least, 1)));
    m_mostText->setText(tr("%1×").arg(numberText(m_most, 1)));
    const QFontMetrics metrics(textFont(12, QFont::Bold));
    plot()->axisRect()->setAutoMargins(QCP::msLeft | QCP::msBottom);
    plot()->axisRect()->setMargins(
        QMargins(0, m_names.empty() ? scaled(4) : 2 * metrics.height() - scaled(4), scaled(14), 0));
    for (QCPItemLine* gap : m_gaps)
        gap->setPen(QPen(tokens.base, 1));
}

void ChannelMap::updateLabel()
{
    // The scale stands beside it; where both do not fit, the title of the card says as much.
    const int room = scaled(isLogarithmic() ? roomForLabel + roomForWord : roomForLabel);
    plot()->xAxis->setLabel(width() < room ? QStringLiteral(" ") : m_data.axisLabel);
}

void ChannelMap::resizeEvent(QResizeEvent* event)
{
    BasePlot::resizeEvent(event);
    updateLabel();
    plot()->replot(QCustomPlot::rpQueuedReplot);
}

void ChannelMap::place()
{
    QCPAxisRect* rect = plot()->axisRect();
    const QFontMetrics metrics(textFont(12, QFont::Bold));
    if (m_data.channels > 0
        && std::min(m_data.channels, std::max(64, rect->width())) != m_map->data()->keySize())
        fill();
    const double rowHeight
        = m_data.depths.isEmpty() ? 0 : double(rect->height()) / double(m_data.depths.size());
    const int stride
        = rowHeight <= 0 ? 1 : std::max(1, int(std::ceil((metrics.height() - 3) / rowHeight)));
    plot()->yAxis->setTicker(makeTextTicker(thinned(m_data.depths, stride)));

    // Names from left to right; one that would touch its neighbour moves aside.
    std::vector<QCPItemText*> names = m_names;
    std::sort(names.begin(), names.end(), [](QCPItemText* a, QCPItemText* b) {
        return a->property("channel").toInt() < b->property("channel").toInt();
    });
    double end = -1;
    for (QCPItemText* name : names) {
        const double half = metrics.horizontalAdvance(name->text().section(u'\n', 0, 0)) / 2.0;
        const double wanted = plot()->xAxis->coordToPixel(name->property("channel").toInt());
        const double x = std::max(wanted, end + half + 3);
        end = x + half;
        name->setPositionAlignment(Qt::AlignHCenter | Qt::AlignBottom);
        name->position->setType(QCPItemPosition::ptAbsolute);
        name->position->setCoords(x, rect->top() + scaled(3));
    }
    const double y = plot()->height() - metrics.height() / 2.0 - 1;
    const double right = rect->right() - metrics.horizontalAdvance(m_mostText->text()) - scaled(6);
    m_mostText->setPositionAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_mostText->position->setCoords(right + scaled(6), y);
    m_scale->topLeft->setCoords(right - scaled(scaleWidth), y - scaled(4));
    m_scale->bottomRight->setCoords(right, y + scaled(4));
    m_leastText->setPositionAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_leastText->position->setCoords(right - scaled(scaleWidth + 6), y);

    m_frame->setVisible(m_marked >= 0 && m_marked < m_data.channels);
    m_frame->topLeft->setCoords(m_marked - 0.8, -0.5);
    m_frame->bottomRight->setCoords(m_marked + 0.8, double(m_data.depths.size()) - 0.5);
}

PlotTable ChannelMap::table() const
{
    PlotTable table{ { tr("Channel") }, {} };
    table.headers += m_data.depths;
    for (int channel = 0; channel < m_data.channels; ++channel) {
        QStringList row{ QString::number(channel) };
        for (int depth = 0; depth < m_data.depths.size(); ++depth)
            row.append(QString::number(ratio(depth, channel), 'g', 4));
        table.rows.push_back(row);
    }
    return table;
}

int ChannelMap::channelAt(double x, int depth) const
{
    // Where a pixel holds several channels, the largest is what its colour shows.
    const double at = plot()->xAxis->pixelToCoord(x);
    const double reach = std::max(0.0, plot()->xAxis->pixelToCoord(x + 1) - at);
    int best = std::clamp(int(std::lround(at)), 0, m_data.channels - 1);
    for (int c = std::max(0, int(std::lround(at - reach)));
         c <= std::min(m_data.channels - 1, int(std::lround(at + reach))); ++c)
        if (reach > 1 && ratio(depth, c) > ratio(depth, best))
            best = c;
    return best;
}

QPoint ChannelMap::cellAt(const QPointF& position) const
{
    if (!QRectF(plot()->axisRect()->rect()).contains(position) || m_data.channels == 0
        || m_data.depths.isEmpty())
        return { -1, -1 };
    const int depth = std::clamp(int(std::lround(plot()->yAxis->pixelToCoord(position.y()))), 0,
        int(m_data.depths.size()) - 1);
    return { channelAt(position.x(), depth), depth };
}

QString ChannelMap::cellText(QPoint cell) const
{
    return tr("%1, channel %2: %3 the median")
        .arg(m_data.depths[cell.y()], QString::number(cell.x()),
            ratioText(double(ratio(cell.y(), cell.x()))));
}

QString ChannelMap::hoverText(const QPointF& position) const
{
    const QPoint cell = cellAt(position);
    return cell.x() < 0 ? QString() : cellText(cell);
}

void ChannelMap::pressed(const QPointF& position)
{
    if (const QPoint cell = cellAt(position); cell.x() >= 0)
        emit cellChosen(cell.y(), cell.x());
}

bool ChannelMap::moveCursor(int dx, int dy)
{
    if (m_data.channels == 0 || m_data.depths.isEmpty())
        return false;
    if (m_cursor.x() < 0)
        m_cursor = { std::max(0, m_marked), 0 };
    m_cursor = { std::clamp(m_cursor.x() + dx, 0, m_data.channels - 1),
        std::clamp(m_cursor.y() + dy, 0, int(m_data.depths.size()) - 1) };
    setDescription(cellText(m_cursor));
    setMarked(m_cursor.x());
    return true;
}

void ChannelMap::activateCursor()
{
    if (m_cursor.x() >= 0)
        emit cellChosen(m_cursor.y(), m_cursor.x());
}

} // namespace widgets
