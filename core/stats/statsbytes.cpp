// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stats/statsbytes.h"

#include <array>
#include <cstdint>

namespace core {

namespace {

    constexpr std::array momentFigures{ &Moments::minimum, &Moments::maximum, &Moments::mean,
        &Moments::deviation, &Moments::skew, &Moments::kurtosis };
    constexpr std::array momentCounts{ &Moments::count, &Moments::zeros, &Moments::nonFinite };

} // namespace

void StatsWriter::moments(const Moments& moments)
{
    for (const auto count : momentCounts)
        number(moments.*count);
    for (const auto figure : momentFigures)
        number(moments.*figure);
}

void StatsWriter::histogram(const Histogram& histogram)
{
    number(histogram.minimum);
    number(histogram.maximum);
    number(std::uint32_t(histogram.counts.size()));
    all(std::span<const std::uint64_t>(histogram.counts));
}

Moments readMoments(ByteReader& in)
{
    Moments moments;
    for (const auto count : momentCounts)
        moments.*count = in.number<std::uint64_t>("moments");
    for (const auto figure : momentFigures)
        moments.*figure = in.number<double>("moments");
    return moments;
}

Histogram readHistogram(ByteReader& in)
{
    Histogram histogram;
    histogram.minimum = in.number<double>("histogram");
    histogram.maximum = in.number<double>("histogram");
    histogram.counts
        = readNumbers<std::uint64_t>(in, in.number<std::uint32_t>("bins"), "histogram");
    return histogram;
}

} // namespace core
