// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/ternary.h"

#include <algorithm>
#include <cmath>

namespace core::formats::ternary {

float largestMagnitude(const float* x, int count)
{
    float largest = 0.0f;
    for (int i = 0; i < count; ++i)
        largest = std::max(largest, std::fabs(x[i]));
    return largest;
}

void roundToTernary(const float* x, int count, float d, std::uint8_t* codes)
{
    const float inverse = d != 0.0f && std::isfinite(1.0f / d) ? 1.0f / d : 0.0f;
    for (int i = 0; i < count; ++i) {
        const float scaled = x[i] * inverse;
        codes[i] = std::uint8_t(1 + int(scaled >= 0.5f) - int(scaled <= -0.5f));
    }
}

} // namespace core::formats::ternary
