// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/labelplacing.h"

#include <algorithm>
#include <array>

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

} // namespace

std::vector<LabelSpot> placeLabels(const std::vector<QPointF>& points,
    const std::vector<QSizeF>& sizes, const QRectF& area, double distance,
    std::vector<QRectF> taken)
{
    for (const QPointF& point : points)
        taken.emplace_back(point.x() - distance / 2, point.y() - distance / 2, distance, distance);
    std::vector<LabelSpot> spots;
    for (std::size_t i = 0; i < points.size(); ++i) {
        LabelSpot spot{ {}, false };
        for (const auto& [horizontal, vertical] : sides) {
            const QRectF rect = rectAt(points[i], sizes[i], horizontal, vertical, distance);
            const bool free = area.contains(rect)
                && std::none_of(taken.begin(), taken.end(),
                    [&](const QRectF& other) { return other.intersects(rect); });
            if (free) {
                spot = { rect, true };
                taken.push_back(rect);
                break;
            }
        }
        spots.push_back(spot);
    }
    return spots;
}

} // namespace widgets
