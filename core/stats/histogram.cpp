// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stats/histogram.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace core {

namespace {

    /// Finds bins; a copy of what that takes, which counting does not touch.
    struct Finder {
        double minimum;
        double perValue; ///< bins a unit of value; 0: no bin has a width
        double last;

        explicit Finder(const Histogram& histogram)
            : minimum(histogram.minimum)
            , perValue(histogram.maximum > histogram.minimum
                      ? double(histogram.counts.size()) / (histogram.maximum - histogram.minimum)
                      : 0)
            , last(double(histogram.counts.size() - 1))
        {
        }

        std::size_t operator()(double value) const
        {
            if (perValue == 0)
                return std::size_t(last + 1) / 2;
            return std::size_t(std::clamp((value - minimum) * perValue, 0.0, last));
        }
    };

} // namespace

std::size_t Histogram::bin(double value) const
{
    assert(!counts.empty());
    return Finder(*this)(value);
}

void Histogram::add(std::span<const float> values)
{
    assert(!counts.empty());
    const Finder bin(*this);
    std::uint64_t* const count = counts.data();
    for (const float value : values)
        if (std::isfinite(value))
            ++count[bin(double(value))];
}

void Histogram::add(const Histogram& other)
{
    assert(other.counts.size() == counts.size() && other.minimum == minimum
        && other.maximum == maximum);
    for (std::size_t i = 0; i < counts.size(); ++i)
        counts[i] += other.counts[i];
}

Histogram symmetricHistogram(double absmax)
{
    return { -absmax, absmax, std::vector<std::uint64_t>(histogramBins) };
}

} // namespace core
