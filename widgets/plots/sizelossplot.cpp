// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/sizelossplot.h"

#include "widgets/format.h"
#include "widgets/gradetext.h"
#include "widgets/plots/labelplacing.h"
#include "widgets/plots/tickers.h"
#include "widgets/theme.h"

#include <qcustomplot.h>

#include <algorithm>
#include <cmath>
#include <functional>

namespace widgets {
namespace {

    using Kind = SizeLossPoint::Kind;
    constexpr double megabyte = 1e6;
    constexpr int reach = 10; ///< pixels around a point that count as the point

    bool isPinned(Kind kind) { return kind == Kind::PinnedA || kind == Kind::PinnedB; }

    QColor inkOf(Kind kind, const Tokens& tokens)
    {
        switch (kind) {
        case Kind::PinnedA:
            return tokens.runs[1];
        case Kind::PinnedB:
            return tokens.runs[0];
        case Kind::Choice:
            return tokens.accent;
        case Kind::Plain:
        case Kind::Predicted:
            break;
        }
        return tokens.original;
    }

    /// What stands beside the point: pinned runs are named by their letter, as everywhere.
    QString labelText(const SizeLossPoint& point)
    {
        return point.kind == Kind::PinnedA ? SizeLossPlot::tr("A")
            : point.kind == Kind::PinnedB  ? SizeLossPlot::tr("B")
                                           : point.label;
    }

    QFont labelFont(const SizeLossPoint& point)
    {
        const bool standsOut = isPinned(point.kind) || !point.note.isEmpty();
        return textFont(12, standsOut ? QFont::Bold : QFont::Normal);
    }

    QCPGraph* addPoints(QCustomPlot* plot)
    {
        QCPGraph* graph = plot->addGraph();
        graph->setLineStyle(QCPGraph::lsNone);
        return graph;
    }

} // namespace

SizeLossPlot::SizeLossPlot(const QString& name, QWidget* parent)
    : BasePlot(name, parent)
{
    plot()->xAxis->setLabel(tr("file size, MB"));
    plot()->yAxis->setLabel(tr("KLD"));
    plot()->xAxis->setTicker(makeNumberTicker());
    plot()->yAxis->setScaleType(QCPAxis::stLogarithmic);
    plot()->yAxis->setTicker(makeLogTicker(LogSteps::Thirds));
    m_mixLine = plot()->addGraph();
    m_pair = plot()->addGraph();
    m_ring = addPoints(plot());
    for (QCPGraph*& graph : m_graphs)
        graph = addPoints(plot());
    for (int kind = 0; kind < 5; ++kind) {
        m_errors[kind] = new QCPErrorBars(plot()->xAxis, plot()->yAxis);
        m_errors[kind]->setDataPlottable(m_graphs[kind]);
        m_errors[kind]->setSymbolGap(0);
    }
    m_noted = addPoints(plot());
    m_diamond = addPoints(plot());
    m_line = new QCPItemStraightLine(plot());
    m_lineText = new QCPItemText(plot());
    m_lineText->position->setTypeX(QCPItemPosition::ptPlotCoords);
    m_lineText->position->setTypeY(QCPItemPosition::ptAxisRectRatio);
    m_lineText->setText(tr("this recipe"));
    // Between layout and drawing: only then the axes are where they will be drawn.
    connect(plot(), &QCustomPlot::afterLayout, this, &SizeLossPlot::placeLabels);
    fill();
}

void SizeLossPlot::setPoints(std::vector<SizeLossPoint> points)
{
    std::erase_if(points, [](const SizeLossPoint& point) { return !(point.kld > 0); });
    std::sort(points.begin(), points.end(),
        [](const SizeLossPoint& a, const SizeLossPoint& b) { return a.bytes < b.bytes; });
    m_points = std::move(points);
    m_cursor = -1;
    fill();
}

void SizeLossPlot::setRecipeBytes(double bytes)
{
    m_recipe = bytes;
    fill();
}

void SizeLossPlot::setRecipeLoss(double kld)
{
    m_recipeLoss = kld;
    fill();
}

void SizeLossPlot::setMixes(std::vector<QPointF> mixes)
{
    std::erase_if(mixes, [](const QPointF& mix) { return !(mix.y() > 0); });
    m_mixes = std::move(mixes);
    fill();
}

PlotTable SizeLossPlot::table() const
{
    PlotTable table{ { tr("run"), tr("bytes"), tr("KLD"), tr("KLD ±") }, {} };
    for (const QPointF& mix : m_mixes)
        table.rows.push_back({ tr("best mix, predicted"), QString::number(mix.x(), 'f', 0),
            QString::number(mix.y(), 'g', 9), {} });
    for (const SizeLossPoint& point : m_points)
        table.rows.push_back({ nameOf(point), QString::number(point.bytes, 'f', 0),
            QString::number(point.kld, 'g', 9),
            point.error > 0 ? QString::number(point.error, 'g', 9) : QString() });
    return table;
}

void SizeLossPlot::fill()
{
    m_pair->data()->clear();
    m_ring->data()->clear();
    m_noted->data()->clear();
    m_mixLine->data()->clear();
    m_diamond->data()->clear();
    for (const QPointF& mix : m_mixes)
        m_mixLine->addData(mix.x() / megabyte, mix.y());
    if (m_recipe > 0 && m_recipeLoss > 0)
        m_diamond->addData(m_recipe / megabyte, m_recipeLoss);
    for (QCPGraph* graph : m_graphs)
        graph->data()->clear();
    for (QCPErrorBars* errors : m_errors)
        errors->data()->clear();
    for (const SizeLossPoint& point : m_points) { // by size, as the graphs sort them
        m_graphs[int(point.kind)]->addData(point.bytes / megabyte, point.kld);
        // Down no further than a logarithmic axis goes.
        const bool isKnown = point.error > 0; // none of what is predicted: no bar, not one of 0
        m_errors[int(point.kind)]->addData(
            isKnown ? std::min(point.error, 0.9 * point.kld) : qQNaN(),
            isKnown ? point.error : qQNaN());
        if (!point.note.isEmpty())
            m_noted->addData(point.bytes / megabyte, point.kld);
        if (isPinned(point.kind))
            m_pair->addData(point.bytes / megabyte, point.kld);
    }
    if (m_cursor >= 0) {
        const SizeLossPoint& point = m_points[std::size_t(m_cursor)];
        m_ring->addData(point.bytes / megabyte, point.kld);
    }
    m_line->setVisible(m_recipe > 0);
    m_lineText->setVisible(m_recipe > 0);
    m_line->point1->setCoords(m_recipe / megabyte, 1);
    m_line->point2->setCoords(m_recipe / megabyte, 2);
    setRanges();
    restyle();
}

void SizeLossPlot::setRanges()
{
    double left = m_recipe > 0 ? m_recipe : 0, right = left;
    double bottom = 1e-3, top = 1e-1;
    bool isFirst = true;
    const auto take = [&](double bytes, double kld) {
        left = left > 0 ? std::min(left, bytes) : bytes;
        right = std::max(right, bytes);
        bottom = isFirst ? kld : std::min(bottom, kld);
        top = isFirst ? kld : std::max(top, kld);
        isFirst = false;
    };
    for (const SizeLossPoint& point : m_points)
        take(point.bytes, point.kld);
    if (m_recipe > 0 && m_recipeLoss > 0)
        take(m_recipe, m_recipeLoss);
    const double margin = std::max(0.12 * (right - left), 0.04 * right);
    plot()->xAxis->setRange((left - margin) / megabyte, (right + margin) / megabyte);
    plot()->yAxis->setRange(bottom / 2, top * 2);
}

QPointF SizeLossPlot::pixel(const SizeLossPoint& point) const
{
    return { plot()->xAxis->coordToPixel(point.bytes / megabyte),
        plot()->yAxis->coordToPixel(point.kld) };
}

QRectF SizeLossPlot::placeLineText(const LineSpot& spot)
{
    m_lineText->setPositionAlignment(spot.side | Qt::AlignTop);
    m_lineText->position->setCoords(m_recipe / megabyte, spot.height);
    return { m_lineText->topLeft->pixelPosition(), m_lineText->bottomRight->pixelPosition() };
}

/// The name of the line stands left or right of it, above or below.
std::vector<LabelSpot> SizeLossPlot::spotsOf(
    const std::vector<QPointF>& points, const std::vector<QSizeF>& sizes)
{
    const QRectF area = plot()->axisRect()->rect();
    if (m_recipe <= 0)
        return widgets::placeLabels(points, sizes, area, scaled(8));
    const LineSpot places[] = { { Qt::AlignRight, 0.02 }, { Qt::AlignRight, 0.86 },
        { Qt::AlignLeft, 0.02 }, { Qt::AlignLeft, 0.86 } };
    std::vector<QRectF> rects;
    for (const LineSpot& place : places)
        rects.push_back(placeLineText(place));
    auto [chosen, spots] = placeLabelsBeside(rects, points, sizes, area, scaled(8));
    placeLineText(places[chosen]);
    return spots;
}

void SizeLossPlot::placeLabels()
{
    for (QCPItemText* label : m_labels)
        plot()->removeItem(label);
    m_labels.clear();
    std::vector<SizeLossPoint> inOrder = m_points; // what stands out has its place first
    std::ranges::stable_partition(inOrder, std::not_fn(&QString::isEmpty), &SizeLossPoint::note);
    std::vector<QPointF> points;
    std::vector<QSizeF> sizes;
    for (const SizeLossPoint& point : inOrder) {
        const QFontMetricsF metrics(labelFont(point));
        points.push_back(pixel(point));
        sizes.emplace_back(metrics.horizontalAdvance(labelText(point)) + 2,
            metrics.height() - 3); // letters reach neither end
    }
    const auto spots = spotsOf(points, sizes);
    for (std::size_t i = 0; i < spots.size(); ++i) {
        if (!spots[i].shown)
            continue; // the tooltip still names it
        auto* label = new QCPItemText(plot());
        label->position->setType(QCPItemPosition::ptAbsolute);
        label->position->setCoords(spots[i].rect.center());
        const SizeLossPoint& point = inOrder[i];
        label->setText(labelText(point));
        label->setFont(labelFont(point));
        label->setColor(isPinned(point.kind) ? inkOf(point.kind, tokens())
                : point.note.isEmpty()       ? tokens().text
                                             : tokens().accent);
        label->setBrush(tokens().base); // readable where the recipe's line runs behind it
        m_labels.push_back(label);
    }
}

void SizeLossPlot::applyTokens(const Tokens& tokens)
{
    styleAxis(plot()->xAxis, tokens);
    styleAxis(plot()->yAxis, tokens);
    plot()->axisRect()->setMinimumMargins(QMargins(0, scaled(8), scaled(8), 0)); // outermost ticks'
    const int size = scaled(8);
    m_mixLine->setPen(QPen(tokens.accent, 1.5, Qt::DashLine));
    m_diamond->setScatterStyle(QCPScatterStyle(
        QCPScatterStyle::ssDiamond, QPen(tokens.accent, 2), QBrush(tokens.base), scaled(12)));
    const QCPScatterStyle::ScatterShape shapes[] = { QCPScatterStyle::ssDisc,
        QCPScatterStyle::ssSquare, QCPScatterStyle::ssDiamond, QCPScatterStyle::ssDisc };
    for (int kind = 0; kind < 5; ++kind) {
        const QColor ink = inkOf(Kind(kind), tokens);
        m_errors[kind]->setPen(QPen(ink, 1));
        m_errors[kind]->setWhiskerWidth(scaled(7));
        if (Kind(kind) == Kind::Predicted) {
            m_graphs[kind]->setScatterStyle(QCPScatterStyle(
                QCPScatterStyle::ssSquare, QPen(ink, 1.5), QBrush(tokens.base), size));
            continue;
        }
        m_graphs[kind]->setScatterStyle(QCPScatterStyle(
            shapes[kind], QPen(ink), QBrush(ink), size + (isPinned(Kind(kind)) ? 2 : 0)));
    }
    m_pair->setPen(QPen(tokens.original, 1, Qt::DashLine));
    m_noted->setScatterStyle(QCPScatterStyle(
        QCPScatterStyle::ssSquare, QPen(tokens.accent, 2), QBrush(tokens.base), size + 2));
    m_ring->setScatterStyle(QCPScatterStyle(
        QCPScatterStyle::ssCircle, QPen(tokens.accent, 2), Qt::NoBrush, scaled(16)));
    m_line->setPen(QPen(tokens.accent, 1));
    m_lineText->setColor(tokens.accent);
    m_lineText->setFont(textFont(12, QFont::Bold));
    m_lineText->setPadding(QMargins(scaled(4), 0, scaled(4), 0));
}

int SizeLossPlot::pointAt(const QPointF& position) const
{
    int nearest = -1;
    double best = scaled(reach);
    for (int i = 0; i < int(m_points.size()); ++i) {
        const QPointF away = pixel(m_points[std::size_t(i)]) - position;
        if (const double distance = std::hypot(away.x(), away.y()); distance < best) {
            best = distance;
            nearest = i;
        }
    }
    return nearest;
}

bool SizeLossPlot::isOnRecipe(const QPointF& position) const
{
    if (m_recipe <= 0 || m_recipeLoss <= 0)
        return false;
    const QPointF away = QPointF(plot()->xAxis->coordToPixel(m_recipe / megabyte),
                             plot()->yAxis->coordToPixel(m_recipeLoss))
        - position;
    return std::hypot(away.x(), away.y()) < scaled(reach);
}

std::optional<QPointF> SizeLossPlot::mixAt(const QPointF& position) const
{
    if (m_mixes.size() < 2)
        return std::nullopt;
    const double bytes = plot()->xAxis->pixelToCoord(position.x()) * megabyte;
    const auto after = std::ranges::lower_bound(m_mixes, bytes, {}, &QPointF::x);
    if (after == m_mixes.begin() || after == m_mixes.end())
        return std::nullopt;
    const QPointF before = *std::prev(after); // on a logarithmic axis the line is straight
    const double share = (bytes - before.x()) / std::max(1.0, after->x() - before.x());
    const double kld = before.y() * std::pow(after->y() / before.y(), share);
    if (std::abs(plot()->yAxis->coordToPixel(kld) - position.y()) >= scaled(reach))
        return std::nullopt;
    return QPointF(bytes, kld);
}

QString SizeLossPlot::nameOf(const SizeLossPoint& point) const
{
    return point.note.isEmpty() ? point.label
                                : tr("%1, %2", "preset, note").arg(point.label, point.note);
}

QString SizeLossPlot::hoverText(const QPointF& position) const
{
    const int index = pointAt(position);
    if (index < 0 && isOnRecipe(position))
        return tr("this recipe: %1, predicted KLD %2", "size, number")
            .arg(sizeText(m_recipe), kldText(m_recipeLoss));
    if (const auto mix = index < 0 ? mixAt(position) : std::nullopt)
        return tr("best mix of %1, predicted KLD %2", "size, number")
            .arg(sizeText(mix->x()), kldText(mix->y()));
    if (index < 0)
        return {};
    const SizeLossPoint& point = m_points[std::size_t(index)];
    if (point.kind == Kind::Predicted)
        return tr("%1: %2, predicted KLD %3: %4", "name, size, number, words")
            .arg(nameOf(point), sizeText(point.bytes), kldText(point.kld),
                gradeWords(core::gradeOf(point.kld)));
    return tr("%1: %2, KLD %3")
        .arg(point.label, sizeText(point.bytes),
            point.error > 0 ? measuredKldText(point.kld, point.error) : kldText(point.kld));
}

void SizeLossPlot::pressed(const QPointF& position)
{
    const int index = pointAt(position);
    if (index >= 0)
        choose(index);
    else if (isOnRecipe(position))
        emit mixChosen(m_recipe);
    else if (const auto mix = mixAt(position))
        emit mixChosen(mix->x());
}

void SizeLossPlot::choose(int index)
{
    const SizeLossPoint& point = m_points[std::size_t(index)];
    if (point.kind == Kind::Predicted)
        emit predictedChosen(point.run);
    else
        emit runChosen(point.run);
}

bool SizeLossPlot::moveCursor(int dx, int)
{
    if (m_points.empty() || dx == 0)
        return false;
    m_cursor = std::clamp(m_cursor + dx, 0, int(m_points.size()) - 1);
    fill();
    return true;
}

void SizeLossPlot::activateCursor()
{
    if (m_cursor >= 0)
        choose(m_cursor);
}

} // namespace widgets
