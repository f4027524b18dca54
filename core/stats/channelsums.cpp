// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stats/channelsums.h"

#include "core/base/parallel.h"
#include "core/base/vectormath.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace core {

namespace {

    constexpr Eigen::Index channelTile = 64;
    constexpr Eigen::Index rowTile = 64;

    std::size_t tilesIn(Eigen::Index size, Eigen::Index tile)
    {
        return std::size_t((size + tile - 1) / tile);
    }

    /// The values of a tile of whole rows, as they lie.
    std::span<const float> rowsOf(const Matrix& x, std::size_t tile)
    {
        const Eigen::Index first = Eigen::Index(tile) * rowTile;
        const Eigen::Index rows = std::min(rowTile, x.rows() - first);
        return { x.row(first).data(), std::size_t(rows * x.cols()) };
    }

    std::vector<float> toFloats(const Eigen::ArrayXd& sums, Eigen::Index tokens)
    {
        std::vector<float> means;
        for (const double sum : sums)
            means.push_back(float(sum / double(std::max<Eigen::Index>(1, tokens))));
        return means;
    }

} // namespace

ChannelSums::ChannelSums(Eigen::Index channels)
    : m_absolute(Eigen::ArrayXd::Zero(channels))
    , m_square(Eigen::ArrayXd::Zero(channels))
    , m_absmax(Eigen::ArrayXf::Zero(channels))
{
}

void ChannelSums::add(const Matrix& x)
{
    m_tokens += x.rows();
    addChannels(x);
    addMoments(x);
    widen(m_moments.moments().absmax());
    addHistogram(x);
}

void ChannelSums::addChannels(const Matrix& x)
{
    parallelFor(tilesIn(x.cols(), channelTile), [&](std::size_t tile) {
        const Eigen::Index first = Eigen::Index(tile) * channelTile;
        const auto channels = std::size_t(std::min(channelTile, x.cols() - first));
        for (Eigen::Index row = 0; row < x.rows(); ++row) {
            const float* values = &x(row, first);
            std::array<float, channelTile> finite;
            if (!vectormath::allFinite(values, channels)) {
                std::transform(values, values + channels, finite.begin(),
                    [](float value) { return std::isfinite(value) ? value : 0.0f; });
                values = finite.data();
            }
            vectormath::addMagnitudes(values, channels, m_absolute.data() + first,
                m_square.data() + first, m_absmax.data() + first);
        }
    });
}

void ChannelSums::addMoments(const Matrix& x)
{
    std::vector<MomentSums> tiles(tilesIn(x.rows(), rowTile));
    parallelFor(tiles.size(), [&](std::size_t tile) { tiles[tile].add(rowsOf(x, tile)); });
    for (const MomentSums& tile : tiles)
        m_moments.add(tile);
}

/// Makes room for `absmax`: the first range is the first tile's own, later ones double it, so that
/// two bins become one.
void ChannelSums::widen(double absmax)
{
    if (m_histogram.counts.empty() || m_histogram.maximum == 0) {
        const auto zeros = m_histogram.counts; // all seen so far were 0
        m_histogram = symmetricHistogram(absmax);
        for (const std::uint64_t count : zeros)
            m_histogram.counts[m_histogram.bin(0)] += count;
        return;
    }
    while (absmax > m_histogram.maximum) {
        Histogram wider = symmetricHistogram(2 * m_histogram.maximum);
        for (std::size_t bin = 0; bin < m_histogram.counts.size(); ++bin)
            wider.counts[histogramBins / 4 + bin / 2] += m_histogram.counts[bin];
        m_histogram = std::move(wider);
    }
}

void ChannelSums::addHistogram(const Matrix& x)
{
    Histogram empty = m_histogram;
    std::fill(empty.counts.begin(), empty.counts.end(), 0);
    std::vector<Histogram> tiles(tilesIn(x.rows(), rowTile), empty);
    parallelFor(tiles.size(), [&](std::size_t tile) { tiles[tile].add(rowsOf(x, tile)); });
    for (const Histogram& tile : tiles)
        m_histogram.add(tile);
}

InputStats ChannelSums::stats(LinearInput input, int layer) const
{
    InputStats stats;
    stats.input = input;
    stats.layer = layer;
    stats.moments = m_moments.moments();
    stats.histogram = m_histogram;
    stats.absmax.assign(m_absmax.begin(), m_absmax.end());
    stats.meanAbs = toFloats(m_absolute, m_tokens);
    stats.meanSquare = toFloats(m_square, m_tokens);
    return stats;
}

Extremes::Extremes(Eigen::Index channels)
    : m_values(Vector::Zero(channels))
    , m_rows(std::size_t(channels))
{
}

void Extremes::add(const MatrixView& x, Eigen::Index firstRow)
{
    parallelFor(tilesIn(x.cols(), channelTile), [&](std::size_t tile) {
        const Eigen::Index first = Eigen::Index(tile) * channelTile;
        const Eigen::Index end = std::min(first + channelTile, x.cols());
        for (Eigen::Index row = 0; row < x.rows(); ++row) {
            for (Eigen::Index channel = first; channel < end; ++channel) {
                const float value = x(row, channel);
                if (std::abs(value) > std::abs(m_values[channel]) && std::isfinite(value)) {
                    m_values[channel] = value;
                    m_rows[std::size_t(channel)] = firstRow + row;
                }
            }
        }
    });
}

std::vector<int> Extremes::largestChannels(std::size_t count) const
{
    std::vector<int> channels(std::size_t(m_values.size()));
    std::iota(channels.begin(), channels.end(), 0);
    std::stable_sort(channels.begin(), channels.end(),
        [&](int a, int b) { return std::abs(m_values[a]) > std::abs(m_values[b]); });
    channels.resize(std::min(count, channels.size()));
    return channels;
}

} // namespace core
