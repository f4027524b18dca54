// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtCore/QRectF>
#include <QtCore/QSizeF>

#include <utility>
#include <vector>

namespace widgets {

/// Where a label stands beside its point.
struct LabelSpot {
    QRectF rect; ///< pixels
    bool shown = true; ///< false: every place was taken
};

/// Greedy over eight places around each point (right, left, above, below, then corners; then the
/// same twice as far away), in order of the points, or with those first that found no place so, if
/// that shows more: a label covers no point, no other label, nothing `taken`, and stays inside
/// `area`. Pure.
std::vector<LabelSpot> placeLabels(const std::vector<QPointF>& points,
    const std::vector<QSizeF>& sizes, const QRectF& area, double distance,
    std::vector<QRectF> taken = {});

/// The same beside one rectangle more, of `rects` the first that covers no point, lies between the
/// sides of `area` and leaves room for most labels; its number, and theirs. Requires: there are
/// some.
std::pair<std::size_t, std::vector<LabelSpot>> placeLabelsBeside(const std::vector<QRectF>& rects,
    const std::vector<QPointF>& points, const std::vector<QSizeF>& sizes, const QRectF& area,
    double distance);

} // namespace widgets
