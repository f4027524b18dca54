// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/channelplot.h"

#include "widgets/format.h"
#include "widgets/plots/tickers.h"
#include "widgets/theme.h"

#include <qcustomplot.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace widgets {
namespace {
    constexpr std::size_t crowd = 12; // outliers that would touch as wide bars
    constexpr int namedOutliers = 3; // more would cover each other
    /// Where along the line its words may stand, best first: shares of its length.
    constexpr std::array ratiosOfLineText{ 0.45, 0.6, 0.7, 0.3, 0.25, 0.8, 0.2, 0.85, 0.15 };
    constexpr double nearOutlier = 0.85; // of the line: worth a number of its own
}

ChannelPlot::ChannelPlot(const QString& name, QWidget* parent)
    : BasePlot(name, parent)
    , m_usual(plot()->addGraph())
    , m_beyond(plot()->addGraph())
    , m_mark(plot()->addGraph())
    , m_line(new QCPItemStraightLine(plot()))
    , m_lineText(new QCPItemText(plot()))
{
    for (QCPGraph* graph : { m_usual, m_beyond, m_mark }) {
        graph->setLineStyle(QCPGraph::lsImpulse);
        graph->setAntialiased(false);
        graph->setAdaptiveSampling(false);
    }
    plot()->yAxis->setLabel(tr("absmax"));
    plot()->yAxis->setTicker(makeNumberTicker(4));
    plot()->xAxis->setTicker(makeIndexTicker(6));
    m_lineText->setPositionAlignment(Qt::AlignHCenter | Qt::AlignBottom);
    m_lineText->position->setTypeX(QCPItemPosition::ptAxisRectRatio);
    // Between layout and drawing: only then the margins are those of the present labels.
    connect(plot(), &QCustomPlot::afterLayout, this, &ChannelPlot::placeLabels);
}

void ChannelPlot::setChannels(std::vector<float> absmax, double threshold, const QString& axisLabel)
{
    m_absmax = std::move(absmax);
    m_threshold = threshold;
    m_outliers = core::outlierChannels(m_absmax, threshold);
    m_cursor = -1;
    plot()->xAxis->setLabel(axisLabel);
    fill();
    restyle();
}

void ChannelPlot::setMarked(int channel)
{
    m_marked = channel;
    fill();
    restyle();
}

void ChannelPlot::fill()
{
    QVector<double> usualKeys, usual, beyondKeys, beyond, markKeys, mark;
    const double line = m_outliers.median * m_threshold;
    double most = line;
    for (std::size_t channel = 0; channel < m_absmax.size(); ++channel) {
        const double value = m_absmax[channel];
        const bool outlier = m_outliers.median > 0 && value > line;
        (outlier ? beyondKeys : usualKeys).append(double(channel));
        (outlier ? beyond : usual).append(value);
        if (int(channel) == m_marked)
            markKeys.append(double(channel)), mark.append(value);
        most = std::max(most, value);
    }
    m_usual->setData(usualKeys, usual, true);
    m_beyond->setData(beyondKeys, beyond, true);
    m_mark->setData(markKeys, mark, true);
    plot()->xAxis->setRange(-1.5, double(m_absmax.size()) + 0.5);
    plot()->yAxis->setRange(0, most > 0 ? most * 1.12 : 1);
    m_line->point1->setCoords(0, line);
    m_line->point2->setCoords(1, line);
    m_line->setVisible(m_outliers.median > 0);
    m_lineText->setVisible(m_outliers.median > 0);
    m_lineText->setText(tr("outlier above %1× median").arg(QLocale().toString(m_threshold)));
    m_lineText->position->setCoords(0.45, line);
    makeLabels(line);
}

void ChannelPlot::makeLabels(double line)
{
    for (QCPItemText* label : m_labels)
        plot()->removeItem(label);
    m_labels.clear();
    std::vector<int> named(m_outliers.channels.begin(),
        m_outliers.channels.begin()
            + std::min<std::ptrdiff_t>(namedOutliers, std::ptrdiff_t(m_outliers.channels.size())));
    if (m_marked >= 0 && m_marked < int(m_absmax.size())
        && std::find(named.begin(), named.end(), m_marked) == named.end())
        named.push_back(m_marked);
    // The next one below the line, so that "almost" can be seen.
    int next = -1;
    for (int channel = 0; channel < int(m_absmax.size()); ++channel)
        if (m_absmax[std::size_t(channel)] <= line
            && m_absmax[std::size_t(channel)] > line * nearOutlier
            && (next < 0 || m_absmax[std::size_t(channel)] > m_absmax[std::size_t(next)]))
            next = channel;
    if (next >= 0 && int(named.size()) < namedOutliers
        && std::find(named.begin(), named.end(), next) == named.end())
        named.push_back(next);
    for (const int channel : named) {
        auto* label = new QCPItemText(plot());
        label->setText(channelText(channel));
        label->setProperty("channel", channel);
        m_labels.push_back(label);
    }
}

QString ChannelPlot::channelText(int channel) const
{
    const double value = m_absmax[std::size_t(channel)];
    if (m_outliers.median > 0 && value > m_outliers.median * m_threshold)
        return tr("channel %1  %2×")
            .arg(QString::number(channel), numberText(value / m_outliers.median, 1));
    return tr("channel %1").arg(channel);
}

PlotTable ChannelPlot::table() const
{
    PlotTable table{ { tr("Channel"), tr("Absmax"), tr("× median") }, {} };
    for (std::size_t channel = 0; channel < m_absmax.size(); ++channel)
        table.rows.push_back({ QString::number(channel), QString::number(m_absmax[channel], 'g', 6),
            m_outliers.median > 0 ? QString::number(m_absmax[channel] / m_outliers.median, 'g', 4)
                                  : QString() });
    return table;
}

void ChannelPlot::applyTokens(const Tokens& tokens)
{
    styleAxis(plot()->xAxis, tokens);
    styleAxis(plot()->yAxis, tokens);
    plot()->axisRect()->setMinimumMargins(QMargins(0, scaled(6), scaled(12), 0));
    m_usual->setPen(QPen(tokens.original, 1));
    m_beyond->setPen(QPen(tokens.loss, m_outliers.channels.size() > crowd ? 1 : 3));
    m_mark->setPen(QPen(tokens.accent, 3));
    m_line->setPen(QPen(tokens.loss, 1, Qt::DashLine));
    m_lineText->setColor(tokens.loss);
    m_lineText->setFont(textFont(12));
    m_lineText->setBrush(tokens.base);
    for (QCPItemText* label : m_labels) {
        const int channel = label->property("channel").toInt();
        const bool outlier = m_absmax[std::size_t(channel)] > m_outliers.median * m_threshold;
        label->setFont(textFont(12, outlier ? QFont::Bold : QFont::Normal));
        label->setBrush(tokens.base); // readable where bars stand behind
        label->setColor(channel == m_marked ? tokens.accent : outlier ? tokens.loss : tokens.text2);
    }
}

void ChannelPlot::placeLabels()
{
    std::vector<QRectF> taken;
    const auto isFree = [&taken](const QRectF& box) {
        return std::none_of(taken.begin(), taken.end(),
            [&box](const QRectF& other) { return other.intersects(box); });
    };
    const QRectF inside(plot()->axisRect()->rect());
    const QFontMetrics metrics(textFont(12, QFont::Bold));
    for (QCPItemText* label : m_labels) {
        const int channel = label->property("channel").toInt();
        const QPointF top(plot()->xAxis->coordToPixel(channel),
            plot()->yAxis->coordToPixel(m_absmax[std::size_t(channel)]));
        const QSizeF size(metrics.horizontalAdvance(label->text()), metrics.height());
        const bool toTheLeft = top.x() + size.width() + 6 > inside.right();
        QRectF box(
            QPointF(toTheLeft ? top.x() - size.width() - 5 : top.x() + 5, top.y() - 3), size);
        while (!isFree(box) && box.bottom() < inside.bottom())
            box.translate(0, size.height());
        const bool shown = isFree(box);
        label->setVisible(shown);
        if (shown)
            taken.push_back(box);
        label->setPositionAlignment(Qt::AlignLeft | Qt::AlignTop);
        label->position->setType(QCPItemPosition::ptAbsolute);
        label->position->setCoords(box.topLeft());
    }
    // The words on the line move along it until they touch no label.
    const double width = metrics.horizontalAdvance(m_lineText->text());
    const double lineY = plot()->yAxis->coordToPixel(m_outliers.median * m_threshold);
    const auto boxAt = [&](double ratio) {
        return QRectF(inside.left() + ratio * inside.width() - width / 2, lineY - metrics.height(),
            width, metrics.height());
    };
    const auto free = std::ranges::find_if(
        ratiosOfLineText, [&](double ratio) { return isFree(boxAt(ratio)); });
    m_lineText->setVisible(m_outliers.median > 0 && free != ratiosOfLineText.end());
    if (free != ratiosOfLineText.end())
        m_lineText->position->setCoords(*free, m_outliers.median * m_threshold);
}

int ChannelPlot::channelAt(const QPointF& position) const
{
    if (!QRectF(plot()->axisRect()->rect()).contains(position) || m_absmax.empty())
        return -1;
    const int middle = int(std::lround(plot()->xAxis->pixelToCoord(position.x())));
    // Of the channels under two pixels around the pointer the largest is meant.
    const int reach = int(std::abs(
        plot()->xAxis->pixelToCoord(position.x() + 2) - plot()->xAxis->pixelToCoord(position.x())));
    int best = std::clamp(middle, 0, int(m_absmax.size()) - 1);
    for (int c = std::max(0, middle - reach);
         c <= std::min(int(m_absmax.size()) - 1, middle + reach); ++c)
        if (m_absmax[std::size_t(c)] > m_absmax[std::size_t(best)])
            best = c;
    return best;
}

QString ChannelPlot::hoverText(const QPointF& position) const
{
    const int channel = channelAt(position);
    if (channel < 0)
        return {};
    const double value = m_absmax[std::size_t(channel)];
    if (m_outliers.median <= 0)
        return tr("Channel %1: absmax %2").arg(QString::number(channel), significantText(value));
    return tr("Channel %1: absmax %2, %3 median")
        .arg(
            QString::number(channel), significantText(value), ratioText(value / m_outliers.median));
}

void ChannelPlot::pressed(const QPointF& position)
{
    if (const int channel = channelAt(position); channel >= 0)
        emit channelChosen(channel == m_marked ? -1 : channel);
}

bool ChannelPlot::moveCursor(int dx, int)
{
    if (m_absmax.empty() || dx == 0)
        return false;
    m_cursor = std::clamp((m_cursor < 0 ? m_marked : m_cursor) + dx, 0, int(m_absmax.size()) - 1);
    const double value = m_absmax[std::size_t(m_cursor)];
    setDescription(
        tr("Channel %1: absmax %2").arg(QString::number(m_cursor), significantText(value)));
    m_marked = m_cursor;
    fill();
    restyle();
    return true;
}

void ChannelPlot::activateCursor()
{
    if (m_cursor >= 0)
        emit channelChosen(m_cursor);
}

} // namespace widgets
