// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

namespace bench {

/// A loss as it was predicted, and as it was measured.
struct Pair {
    double predicted = 0, measured = 0;
};

inline std::vector<double> ranks(const std::vector<double>& values)
{
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t(0));
    std::ranges::sort(order, {}, [&](std::size_t i) { return values[i]; });
    std::vector<double> result(values.size());
    for (std::size_t i = 0; i < order.size(); ++i)
        result[order[i]] = double(i);
    return result;
}

/// Spearman's.
inline double rankCorrelation(const std::vector<Pair>& pairs)
{
    std::vector<double> a, b;
    for (const Pair& pair : pairs) {
        a.push_back(pair.predicted);
        b.push_back(pair.measured);
    }
    a = ranks(a);
    b = ranks(b);
    const double mean = double(pairs.size() - 1) / 2;
    double products = 0, squares = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        products += (a[i] - mean) * (b[i] - mean);
        squares += (a[i] - mean) * (a[i] - mean);
    }
    return products / squares;
}

inline double quantileOf(std::vector<double> values, double share)
{
    std::ranges::sort(values);
    return values[std::size_t(share * double(values.size() - 1) + 0.5)];
}

inline std::vector<double> ratiosOf(const std::vector<Pair>& pairs)
{
    std::vector<double> ratios;
    for (const Pair& pair : pairs)
        ratios.push_back(pair.predicted / pair.measured);
    return ratios;
}

} // namespace bench
