// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/labelplacing.h"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>

namespace widgets {
namespace {

    /// Eight places in order of liking: horizontal and vertical side, −1, 0 or 1.
    constexpr std::array<std::array<int, 2>, 8> sides{ { { 1, 0 }, { -1, 0 }, { 0, -1 }, { 0, 1 },
        { 1, -1 }, { 1, 1 }, { -1, -1 }, { -1, 1 } } };

    QRectF rectAt(
        const QPointF& point, const QSizeF& size, int horizontal, int vertical, double distance)
    {
        const double x = point.x() + horizontal * (distance + size.width() / 2);
        const double y = point.y() + vertical * (distance + size.height() / 2);
        return { x - size.width() / 2, y - size.height() / 2, size.width(), size.height() };
    }

    struct Labels {
        const std::vector<QPointF>& points;
        const std::vector<QSizeF>& sizes;
        QRectF area;
        double distance;
    };

    LabelSpot freeSpot(const Labels& labels, std::size_t i, const std::vector<QRectF>& taken)
    {
        for (const double away : { labels.distance, 2 * labels.distance })
            for (const auto& [horizontal, vertical] : sides) {
                const QRectF rect
                    = rectAt(labels.points[i], labels.sizes[i], horizontal, vertical, away);
                if (labels.area.contains(rect)
                    && std::none_of(taken.begin(), taken.end(),
                        [&](const QRectF& other) { return other.intersects(rect); }))
                    return { rect, true };
            }
        return { {}, false };
    }

    std::vector<LabelSpot> placed(
        const Labels& labels, const std::vector<std::size_t>& order, std::vector<QRectF> taken)
    {
        std::vector<LabelSpot> spots(labels.points.size());
        for (const std::size_t i : order) {
            spots[i] = freeSpot(labels, i, taken);
            if (spots[i].shown)
                taken.push_back(spots[i].rect);
        }
        return spots;
    }

} // namespace

std::vector<LabelSpot> placeLabels(const std::vector<QPointF>& points,
    const std::vector<QSizeF>& sizes, const QRectF& area, double distance,
    std::vector<QRectF> taken)
{
    for (const QPointF& point : points)
        taken.emplace_back(point.x() - distance / 2, point.y() - distance / 2, distance, distance);
    const Labels labels{ points, sizes, area, distance };
    std::vector<std::size_t> order(points.size());
    std::iota(order.begin(), order.end(), std::size_t(0));
    std::vector<LabelSpot> spots = placed(labels, order, taken);
    std::ranges::stable_partition(order, [&spots](std::size_t i) { return !spots[i].shown; });
    std::vector<LabelSpot> again = placed(labels, order, std::move(taken));
    const auto shown = [](const std::vector<LabelSpot>& all) {
        return std::ranges::count(all, true, &LabelSpot::shown);
    };
    return shown(again) > shown(spots) ? again : spots;
}

std::pair<std::size_t, std::vector<LabelSpot>> placeLabelsBeside(const std::vector<QRectF>& rects,
    const std::vector<QPointF>& points, const std::vector<QSizeF>& sizes, const QRectF& area,
    double distance)
{
    std::pair<std::size_t, std::vector<LabelSpot>> best;
    auto most = std::numeric_limits<std::ptrdiff_t>::min();
    for (std::size_t i = 0; i < rects.size(); ++i) {
        const QRectF room
            = rects[i].adjusted(-distance / 2, -distance / 2, distance / 2, distance / 2);
        auto spots = placeLabels(points, sizes, area, distance, { rects[i] });
        const auto covered = std::ranges::count_if(
            points, [room](const QPointF& point) { return room.contains(point); });
        const bool isOutside = rects[i].left() < area.left() || rects[i].right() > area.right();
        const auto worth = std::ranges::count(spots, true, &LabelSpot::shown)
            - std::ssize(points) * (covered + isOutside);
        if (worth > most) {
            most = worth;
            best = { i, std::move(spots) };
        }
    }
    return best;
}

} // namespace widgets
