// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/tensorformat.h"

#include "core/base/parallel.h"
#include "core/formats/studycodec.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace core {

namespace {

    constexpr Eigen::Index tileWeights = 1 << 18; // about 100 µs

    /// Tiles are fixed, so that the sum is the same for any number of threads.
    WeightRange rangeOf(const MatrixView& weights)
    {
        const Eigen::Index step
            = std::max<Eigen::Index>(1, tileWeights / std::max<Eigen::Index>(1, weights.cols()));
        std::vector<WeightRange> tiles(std::size_t((weights.rows() + step - 1) / step));
        parallelFor(tiles.size(), [&](std::size_t tile) {
            const Eigen::Index first = Eigen::Index(tile) * step;
            tiles[tile].add(weights.middleRows(first, std::min(step, weights.rows() - first)));
        });
        WeightRange whole;
        for (const WeightRange& tile : tiles)
            whole.add(tile);
        return whole;
    }

} // namespace

void WeightRange::add(const MatrixView& weights)
{
    for (Eigen::Index row = 0; row < weights.rows(); ++row) {
        const float* w = weights.data() + row * weights.outerStride();
        for (Eigen::Index j = 0; j < weights.cols(); ++j) {
            min = std::min(min, w[j]);
            max = std::max(max, w[j]);
            magnitudes += double(std::fabs(w[j]));
        }
    }
    count += std::uint64_t(weights.size());
}

void WeightRange::add(const WeightRange& other)
{
    min = std::min(min, other.min);
    max = std::max(max, other.max);
    magnitudes += other.magnitudes;
    count += other.count;
}

TensorFormat::TensorFormat(const Format& format, const MatrixView& weights, Encoder encoder)
    : m_format(format)
{
    if (needsRange(format))
        fit(rangeOf(weights));
    const auto closer = encoder == Encoder::Closest ? formats::closerEncoder(format) : nullptr;
    if (closer) {
        m_own = format;
        m_own->encodeRows = closer;
    }
}

TensorFormat::TensorFormat(const Format& format, const WeightRange& range)
    : m_format(format)
{
    if (needsRange(format))
        fit(range);
}

bool TensorFormat::needsRange(const Format& format)
{
    return format.sharedBytes > 0 && !format.study->fitted;
}

void TensorFormat::fit(const WeightRange& range)
{
    m_study = *m_format.study;
    m_study.fitted = formats::study::plainScale(m_study, range);
    m_own = m_format;
    m_own->study = &m_study;
    m_own->encodeRows = { formats::study::encodeRows, m_study };
}

} // namespace core
