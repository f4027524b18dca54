// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stats/moments.h"

#include "core/base/vectormath.h"

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <vector>

namespace core {

namespace {

    constexpr std::size_t pieceValues = 4096; // as doubles 32 kB: they stay in the first cache

} // namespace

void MomentSums::add(std::span<const float> values)
{
    if (!vectormath::allFinite(values.data(), values.size())) {
        std::vector<float> finite;
        std::copy_if(values.begin(), values.end(), std::back_inserter(finite),
            [](float value) { return std::isfinite(value); });
        m_nonFinite += values.size() - finite.size();
        add(finite);
        return;
    }
    for (std::size_t begin = 0; begin < values.size(); begin += pieceValues)
        addFinite(values.subspan(begin, std::min(pieceValues, values.size() - begin)));
}

void MomentSums::addFinite(std::span<const float> values)
{
    const Eigen::Map<const Eigen::ArrayXf> x(values.data(), Eigen::Index(values.size()));
    MomentSums piece;
    piece.m_count = values.size();
    piece.m_zeros = std::uint64_t((x == 0).count());
    piece.m_minimum = double(x.minCoeff());
    piece.m_maximum = double(x.maxCoeff());
    Eigen::Array<double, Eigen::Dynamic, 1, 0, pieceValues, 1> distance = x.cast<double>();
    piece.m_mean = distance.sum() / double(values.size());
    distance -= piece.m_mean;
    // What rounding the mean has left over, so that the sums below are about the mean itself.
    const double rest = distance.sum() / double(values.size());
    piece.m_mean += rest;
    distance -= rest;
    Eigen::Array<double, Eigen::Dynamic, 1, 0, pieceValues, 1> square = distance.square();
    piece.m_power2 = square.sum();
    piece.m_power3 = (square * distance).sum();
    piece.m_power4 = square.square().sum();
    add(piece);
}

void MomentSums::add(const MomentSums& other)
{
    m_nonFinite += other.m_nonFinite;
    if (other.m_count == 0)
        return;
    m_zeros += other.m_zeros;
    m_minimum = m_count == 0 ? other.m_minimum : std::min(m_minimum, other.m_minimum);
    m_maximum = m_count == 0 ? other.m_maximum : std::max(m_maximum, other.m_maximum);
    const double a = double(m_count);
    const double b = double(other.m_count);
    const double n = a + b;
    const double d = other.m_mean - m_mean;
    m_power4 += other.m_power4 + d * d * d * d * a * b * (a * a - a * b + b * b) / (n * n * n)
        + 6 * d * d * (a * a * other.m_power2 + b * b * m_power2) / (n * n)
        + 4 * d * (a * other.m_power3 - b * m_power3) / n;
    m_power3 += other.m_power3 + d * d * d * a * b * (a - b) / (n * n)
        + 3 * d * (a * other.m_power2 - b * m_power2) / n;
    m_power2 += other.m_power2 + d * d * a * b / n;
    m_mean += d * b / n;
    m_count += other.m_count;
}

Moments MomentSums::moments() const
{
    Moments result;
    result.count = m_count;
    result.zeros = m_zeros;
    result.nonFinite = m_nonFinite;
    result.minimum = m_minimum;
    result.maximum = m_maximum;
    result.mean = m_mean;
    if (m_count == 0 || m_minimum == m_maximum)
        return result;
    const double variance = m_power2 / double(m_count);
    result.deviation = std::sqrt(variance);
    result.skew = m_power3 / double(m_count) / (variance * result.deviation);
    result.kurtosis = m_power4 / double(m_count) / (variance * variance) - 3;
    return result;
}

} // namespace core
