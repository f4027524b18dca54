// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stats/outliers.h"

#include <algorithm>

namespace core {

namespace {

    double medianOf(std::span<const float> values)
    {
        std::vector<float> sorted(values.begin(), values.end());
        const auto middle = sorted.begin() + std::ptrdiff_t(sorted.size() / 2);
        std::nth_element(sorted.begin(), middle, sorted.end());
        if (sorted.size() % 2 == 1)
            return double(*middle);
        return (double(*std::max_element(sorted.begin(), middle)) + double(*middle)) / 2;
    }

} // namespace

OutlierChannels outlierChannels(std::span<const float> absmax, double threshold)
{
    OutlierChannels result;
    if (absmax.empty())
        return result;
    result.median = medianOf(absmax);
    if (!(result.median > 0))
        return result;
    for (std::size_t channel = 0; channel < absmax.size(); ++channel)
        if (double(absmax[channel]) > threshold * result.median)
            result.channels.push_back(int(channel));
    std::stable_sort(result.channels.begin(), result.channels.end(),
        [&](int a, int b) { return absmax[std::size_t(a)] > absmax[std::size_t(b)]; });
    return result;
}

} // namespace core
