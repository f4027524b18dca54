// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/paired.h"

#include <cmath>
#include <cstddef>

namespace core {

bool KldDifference::isClear() const
{
    constexpr double sigmas = 1.96; // 95 % of a normal distribution
    return std::abs(mean) > sigmas * error;
}

KldDifference kldDifference(const Comparison& first, const Comparison& second)
{
    const auto &a = first.divergences, &b = second.divergences;
    if (!a || !b || a->size() != b->size() || a->size() < 2)
        return { second.kldMean - first.kldMean, std::hypot(first.kldError, second.kldError),
            false };
    const double n = double(a->size());
    double sum = 0, squares = 0;
    for (std::size_t i = 0; i < a->size(); ++i) {
        const double difference = double((*b)[i]) - double((*a)[i]);
        sum += difference;
        squares += difference * difference;
    }
    const double mean = sum / n;
    const double variance = std::max(0.0, squares / n - mean * mean);
    return { mean, std::sqrt(variance / (n - 1)), true };
}

} // namespace core
