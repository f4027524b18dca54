// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace core {

/// What a set of values looks like. Non-finite values are counted and left out of the rest.
struct Moments {
    std::uint64_t count = 0; ///< finite values
    std::uint64_t zeros = 0;
    std::uint64_t nonFinite = 0;
    double minimum = 0;
    double maximum = 0;
    double mean = 0;
    double deviation = 0; ///< standard deviation (of the population)
    double skew = 0;
    double kurtosis = 0; ///< excess: 0 for a normal distribution

    double absmax() const { return maximum > -minimum ? maximum : -minimum; }
};

} // namespace core
