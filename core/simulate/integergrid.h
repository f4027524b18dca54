// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace core {

/// The smallest and the largest value that integer levels are to reach.
struct ValueRange {
    float minimum = 0;
    float maximum = 0;
};

/// Whether the levels lie alike on both sides of 0 or follow the values' own range.
enum class Symmetry { Symmetric, Asymmetric };

/// Equally spaced levels: code c stands for scale · (c − zero). 0 is always a level.
struct IntegerGrid {
    float scale = 0; ///< 0: everything becomes 0
    int zero = 0;
    int lowest = 0, highest = 0; ///< codes

    int code(float value) const
    {
        if (scale == 0)
            return zero;
        const float place = std::nearbyint(value / scale) + float(zero); // ties to even
        return int(std::clamp(place, float(lowest), float(highest)));
    }
    float value(int code) const { return scale * float(code - zero); }
    float rounded(float x) const { return value(code(x)); }
};

/// The levels of `bits` bits for a range, which is widened to hold 0. Symmetric: 2^bits − 1 codes
/// around 0, scale = largest magnitude / (2^(bits−1) − 1). Asymmetric: codes 0 … 2^bits − 1, scale
/// = (maximum − minimum) / (2^bits − 1), zero = −minimum / scale rounded. Requires: 2 to 16 bits, a
/// finite range. Pure.
IntegerGrid integerGrid(ValueRange range, int bits, Symmetry symmetry);

/// Rounds `count` finite values where they lie. Pure; the same as rounded() for each.
void roundTo(const IntegerGrid& grid, float* values, std::size_t count);

} // namespace core
