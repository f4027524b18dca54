// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/search.h"

#include <algorithm>
#include <cmath>

namespace core::formats {

float sumOfSquares(const float* x, std::size_t count)
{
    float sum = 0;
    for (std::size_t i = 0; i < count; ++i)
        sum += x[i] * x[i];
    return sum;
}

void weighByImportance(
    const float* x, const float* importance, float variance, int count, float* weight)
{
    for (int i = 0; i < count; ++i)
        weight[i] = importance[i] * std::sqrt(variance + x[i] * x[i]);
}

float largestWeight(const float* x, int count)
{
    float largest = 0;
    for (int i = 0; i < count; ++i)
        largest = std::fabs(x[i]) > std::fabs(largest) ? x[i] : largest;
    return largest;
}

void roundToGrid(const float* x, int count, float step, float offset, int zeroCode, int largestCode,
    std::uint8_t* codes)
{
    for (int i = 0; i < count; ++i) {
        const int level = nearestInt((x[i] - offset) / step);
        codes[i] = std::uint8_t(std::clamp(level, -zeroCode, largestCode - zeroCode) + zeroCode);
    }
}

} // namespace core::formats
