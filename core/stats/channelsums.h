// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
#include "core/stats/activationstats.h"

#include <cstddef>
#include <vector>

namespace core {

/// Gathers InputStats tile by tile. On all processors, the same bits for any number.
class ChannelSums {
public:
    explicit ChannelSums(Eigen::Index channels);
    /// `x` (tokens, channels). Values that are not finite are counted, and left out.
    void add(const Matrix& x);
    InputStats stats(LinearInput input, int layer) const;

private:
    void addChannels(const Matrix& x);
    void addMoments(const Matrix& x);
    void addHistogram(const Matrix& x);
    void widen(double absmax);

    Eigen::Index m_tokens = 0;
    Eigen::ArrayXd m_absolute, m_square; ///< sums by channel
    Eigen::ArrayXf m_absmax;
    MomentSums m_moments;
    Histogram m_histogram;
};

/// Each channel's value of largest magnitude, and where it was first seen.
class Extremes {
public:
    explicit Extremes(Eigen::Index channels);
    /// `firstRow`: of these rows among all tokens.
    void add(const MatrixView& x, Eigen::Index firstRow);

    const Vector& values() const { return m_values; } ///< 0 where none was finite
    Eigen::Index row(int channel) const { return m_rows[std::size_t(channel)]; }
    /// At most `count` channels, the largest magnitude first, the lower number of equals first.
    std::vector<int> largestChannels(std::size_t count) const;

private:
    Vector m_values;
    std::vector<Eigen::Index> m_rows;
};

} // namespace core
