// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace core {

/// Bins of every histogram that is shown (window/README §5 of the shared design).
constexpr std::size_t histogramBins = 160;

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
    /// The bin of a finite value; values outside land in the first or last. Where all bins have no
    /// width, the middle one. Requires: there are bins.
    std::size_t bin(double value) const;

    /// Counts values one by one; those that are not finite are left out.
    void add(std::span<const float> values);
    /// Adds the counts of a histogram with the same bins.
    void add(const Histogram& other);
};

/// Empty bins from −absmax to absmax.
Histogram symmetricHistogram(double absmax);

} // namespace core
