// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

namespace core {

/// Counts of values in equal bins from `minimum` to `maximum` (the last bin includes it).
struct Histogram {
    double minimum = 0;
    double maximum = 0;
    std::vector<std::uint64_t> counts;

    double binWidth() const
    {
        return counts.empty() ? 0 : (maximum - minimum) / double(counts.size());
    }
    double center(std::size_t bin) const { return minimum + (double(bin) + 0.5) * binWidth(); }
    /// The bin of a finite value; values outside land in the first or last.
    std::size_t bin(double value) const;
};

} // namespace core
