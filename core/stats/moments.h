// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>

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
    double kurtosis = 0; ///< excess: 0 for a normal distribution; 0 where all values are the same

    double absmax() const { return maximum > -minimum ? maximum : -minimum; }
};

/// Gathers moments piece by piece, in double, as sums of powers of the distance from the mean so
/// far (Pébay 2008, SAND2008-6212, eq. 2.1 and 3.1). The same bits for the same pieces in the same
/// order; about 1 ns a value.
class MomentSums {
public:
    /// Adds one piece. Pieces of a few thousand values are quickest.
    void add(std::span<const float> values);
    /// Adds what another has gathered.
    void add(const MomentSums& other);

    Moments moments() const;
    std::uint64_t nonFinite() const { return m_nonFinite; } ///< values left out so far

private:
    void addFinite(std::span<const float> values);

    std::uint64_t m_count = 0;
    std::uint64_t m_zeros = 0;
    std::uint64_t m_nonFinite = 0;
    double m_minimum = 0; ///< of an empty set 0
    double m_maximum = 0;
    double m_mean = 0;
    double m_power2 = 0; ///< Σ (x − mean)²
    double m_power3 = 0;
    double m_power4 = 0;
};

} // namespace core
