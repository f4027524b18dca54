// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

namespace core {

/// Channels whose absmax is more than `threshold` times the median channel's.
struct OutlierChannels {
    double median = 0; ///< of the channels' absmax
    std::vector<int> channels; ///< largest absmax first
};
/// Pure. A median of 0 gives no outliers.
OutlierChannels outlierChannels(std::span<const float> absmax, double threshold);

} // namespace core
