// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulate/integergrid.h"

#include <cassert>

namespace core {

IntegerGrid integerGrid(ValueRange range, int bits, Symmetry symmetry)
{
    assert(bits >= 2 && bits <= 16);
    const double minimum = std::min(0.0f, range.minimum);
    const double maximum = std::max(0.0f, range.maximum);
    IntegerGrid grid;
    if (symmetry == Symmetry::Symmetric) {
        grid.highest = (1 << (bits - 1)) - 1;
        grid.lowest = -grid.highest;
        grid.scale = float(std::max(-minimum, maximum) / grid.highest);
        return grid;
    }
    grid.highest = (1 << bits) - 1;
    const double scale = (maximum - minimum) / grid.highest;
    grid.scale = float(scale);
    grid.zero = scale > 0 ? int(std::lround(-minimum / scale)) : 0;
    return grid;
}

void roundTo(const IntegerGrid& grid, float* values, std::size_t count)
{
    if (grid.scale == 0) {
        std::fill(values, values + count, 0.0f);
        return;
    }
    const float lowest = float(grid.lowest - grid.zero);
    const float highest = float(grid.highest - grid.zero);
    constexpr float toInteger = 0x1.8p23f; // adding it leaves the integer, for magnitudes below 2²²
    for (std::size_t i = 0; i < count; ++i) {
        const float place = std::clamp(values[i] / grid.scale, lowest, highest);
        values[i] = grid.scale * (place + toInteger - toInteger);
    }
}

} // namespace core
