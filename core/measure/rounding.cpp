// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/rounding.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/text.h"
#include "core/base/vectormath.h"
#include "core/formats/tensorformat.h"
#include "core/measure/grouplevels.h"
#include "core/quant/rangefallback.h"
#include "core/rounding/knownimportance.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace core {

namespace {

    // Sums are gathered by tiles of fixed size, whatever the number of threads.
    constexpr Eigen::Index tileWeights = 1 << 15; // one task: 1 to 30 ms, by format
    constexpr std::size_t waveTiles = 16; // between two reports of progress

    /// What the errors of some rows add up to.
    struct Sums {
        double error2 = 0, weight2 = 0;
        double weightedError2 = 0, weightedWeight2 = 0;
        std::vector<double> binError2;
        std::vector<std::uint64_t> binCounts, clippedCounts;
        std::vector<WeightPlace> binWeights; ///< the first of each bin

        explicit Sums(std::size_t bins)
            : binError2(bins)
            , binCounts(bins)
            , clippedCounts(bins)
            , binWeights(bins)
        {
        }

        void add(const Sums& other)
        {
            error2 += other.error2;
            weight2 += other.weight2;
            weightedError2 += other.weightedError2;
            weightedWeight2 += other.weightedWeight2;
            for (std::size_t i = 0; i < binError2.size(); ++i) {
                binError2[i] += other.binError2[i];
                binCounts[i] += other.binCounts[i];
                clippedCounts[i] += other.clippedCounts[i];
                if (binWeights[i].row < 0)
                    binWeights[i] = other.binWeights[i];
            }
        }
    };

    /// Rounds one tensor row by row.
    class Rounding {
    public:
        Rounding(const Matrix& weights, const Format& format, std::span<const float> importance,
            const Histogram& bins)
            : m_weights(weights)
            , m_format(format)
            , m_importance(importance)
            , m_bins(bins)
            , m_columns(std::size_t(weights.cols()))
            , m_steps(format.grid ? std::size_t(weights.size() / format.grid->groupSize) : 0)
        {
        }

        Sums lookAtRows(Eigen::Index first, Eigen::Index count)
        {
            Sums sums(m_bins.counts.size());
            std::vector<float> rounded(m_columns);
            for (Eigen::Index row = first; row < first + count; ++row) {
                requireFinite(row);
                const std::vector<std::byte> bytes = encodeRow(row);
                m_format.decodeBlocks(
                    bytes.data(), m_columns / std::size_t(m_format.blockSize), rounded.data());
                addErrors(row, rounded.data(), sums);
                if (m_format.grid)
                    lookAtGroups(row, bytes, sums);
            }
            return sums;
        }

        /// The group at `share` of all, ordered by their step; equal steps by their place.
        GroupLevels groupAt(double share) const
        {
            std::vector<std::uint64_t> order(m_steps.size());
            for (std::size_t i = 0; i < order.size(); ++i)
                order[i] = i;
            const auto at = order.begin() + std::ptrdiff_t(share * double(order.size() - 1) + 0.5);
            std::nth_element(order.begin(), at, order.end(), [&](std::uint64_t a, std::uint64_t b) {
                return m_steps[a] != m_steps[b] ? m_steps[a] < m_steps[b] : a < b;
            });
            const std::size_t groupsARow = m_columns / std::size_t(m_format.grid->groupSize);
            const std::vector<std::byte> bytes = encodeRow(Eigen::Index(*at / groupsARow));
            return levelsOfGroup(m_format, bytes, *at % groupsARow);
        }

    private:
        const float* rowOf(Eigen::Index row) const { return m_weights.row(row).data(); }

        void requireFinite(Eigen::Index row) const
        {
            if (vectormath::allFinite(rowOf(row), m_columns))
                return;
            const float* bad = std::find_if(
                rowOf(row), rowOf(row) + m_columns, [](float w) { return !std::isfinite(w); });
            throw Error(text("the weight in row ", row, ", column ", bad - rowOf(row), " is ", *bad,
                ", expected finite weights to round to ", m_format.name));
        }

        std::vector<std::byte> encodeRow(Eigen::Index row) const
        {
            std::vector<std::byte> bytes(m_format.rowBytes(m_columns));
            m_format.encodeRow(rowOf(row), m_columns,
                m_importance.empty() ? nullptr : m_importance.data(), bytes.data());
            return bytes;
        }

        void addErrors(Eigen::Index row, const float* rounded, Sums& sums) const
        {
            const float* weights = rowOf(row);
            for (std::size_t j = 0; j < m_columns; ++j) {
                const double weight2 = double(weights[j]) * double(weights[j]);
                const double error = double(weights[j]) - double(rounded[j]);
                const double error2 = error * error;
                const double importance = m_importance.empty() ? 1 : double(m_importance[j]);
                sums.weight2 += weight2;
                sums.error2 += error2;
                sums.weightedWeight2 += importance * weight2;
                sums.weightedError2 += importance * error2;
                const std::size_t bin = m_bins.bin(double(weights[j]));
                sums.binError2[bin] += error2;
                if (sums.binCounts[bin]++ == 0)
                    sums.binWeights[bin] = { std::int32_t(row), std::int32_t(j) };
            }
        }

        void lookAtGroups(Eigen::Index row, const std::vector<std::byte>& bytes, Sums& sums)
        {
            const auto size = std::size_t(m_format.grid->groupSize);
            const std::vector<GroupRange> ranges = rangesOfRow(m_format, bytes);
            float* steps = m_steps.data() + std::size_t(row) * ranges.size();
            for (std::size_t group = 0; group < ranges.size(); ++group) {
                const GroupRange& range = ranges[group];
                steps[group] = float(range.step);
                const double low = range.low - range.step / 2;
                const double high = range.high + range.step / 2;
                const float* weights = rowOf(row) + group * size;
                for (std::size_t j = 0; j < size; ++j)
                    if (double(weights[j]) < low || double(weights[j]) > high)
                        ++sums.clippedCounts[m_bins.bin(double(weights[j]))];
            }
        }

        const Matrix& m_weights;
        const Format& m_format;
        std::span<const float> m_importance;
        const Histogram& m_bins;
        std::size_t m_columns;
        std::vector<float> m_steps; ///< of every group, row by row
    };

    /// Looks at all rows, tile by tile; the sums are added in the order of the tiles.
    Sums lookAtAll(
        Rounding& rounding, const Matrix& weights, std::size_t bins, const Progress& progress)
    {
        const Eigen::Index step = std::max<Eigen::Index>(1, tileWeights / weights.cols());
        const auto tiles = std::size_t((weights.rows() + step - 1) / step);
        Sums total(bins);
        for (std::size_t begin = 0; begin < tiles; begin += waveTiles) {
            progress.at(double(begin) / double(tiles));
            std::vector<Sums> wave(std::min(waveTiles, tiles - begin), Sums(bins));
            parallelFor(wave.size(), [&](std::size_t i) {
                progress.checkCancelled();
                const Eigen::Index first = Eigen::Index(begin + i) * step;
                wave[i] = rounding.lookAtRows(first, std::min(step, weights.rows() - first));
            });
            for (const Sums& sums : wave)
                total.add(sums);
        }
        return total;
    }

    double shareOutside(const Matrix& weights, const GroupLevels& group)
    {
        const auto outside
            = (weights.array() < group.levels.front() || weights.array() > group.levels.back());
        return double(outside.count()) / double(weights.size());
    }

    double relativeError(double error2, double weight2)
    {
        return error2 > 0 ? std::sqrt(error2 / weight2) : 0;
    }

} // namespace

RoundingPreview previewRounding(const Matrix& weights, const Format& format,
    std::span<const float> importance, const Histogram& bins, const Progress& progress)
{
    assert(format.fits(std::size_t(weights.cols())) && !bins.counts.empty());
    assert(importance.empty() || importance.size() == std::size_t(weights.cols()));
    const std::vector<float> known = knownImportance(importance, format.blockSize);
    RoundingPreview preview;
    preview.format = &format;
    preview.weighted = !known.empty();
    const TensorFormat own(format, weights, formats::quickEncoder(format, preview.weighted));
    Rounding rounding(weights, own.format(), known, bins);
    Sums sums = lookAtAll(rounding, weights, bins.counts.size(), progress.part(0, 0.9));
    preview.rmsError = weights.size() > 0 ? std::sqrt(sums.error2 / double(weights.size())) : 0;
    preview.sqnr = sums.error2 > 0 ? 10 * std::log10(sums.weight2 / sums.error2)
                                   : std::numeric_limits<double>::infinity();
    preview.outputError = relativeError(sums.weightedError2, sums.weightedWeight2);
    for (std::size_t bin = 0; bin < bins.counts.size(); ++bin)
        preview.binError.push_back(sums.binCounts[bin] == 0
                ? 0.f
                : float(std::sqrt(sums.binError2[bin] / double(sums.binCounts[bin]))));
    preview.rows = weights.rows();
    preview.columns = weights.cols();
    preview.binWeights = std::move(sums.binWeights);
    preview.clippedCounts = std::move(sums.clippedCounts);
    for (const std::uint64_t count : preview.clippedCounts)
        preview.clipped += count;
    if (format.grid && weights.size() > 0) {
        preview.levelsPerGroup = int(format.grid->levels.size());
        preview.groupSize = format.grid->groupSize;
        preview.finest = rounding.groupAt(0.02);
        preview.typical = rounding.groupAt(0.5);
        preview.coarsest = rounding.groupAt(0.98);
        preview.outsideTypical = shareOutside(weights, preview.typical);
        preview.clippedShare = double(preview.clipped) / double(weights.size());
    }
    progress.at(1);
    return preview;
}

RoundingPreview previewRounding(const Tensor& tensor, const Format& format,
    std::span<const float> importance, const Histogram& bins, const Progress& progress)
{
    const Matrix weights = decode(tensor);
    RoundingPreview preview
        = previewRounding(weights, format, importance, bins, progress.part(0, 0.9));
    if (isSameFormat(exactFormat(tensor), &format) || isSameFormat(tensor.format, &format)) {
        preview.rmsError = preview.outputError = 0;
        preview.sqnr = std::numeric_limits<double>::infinity();
        std::ranges::fill(preview.binError, 0.0f);
        return preview;
    }
    RangeCheck check(format);
    check.add(weights);
    preview.fault = check.fault();
    PlannedTensor planned;
    planned.format = &format;
    if (!preview.fault)
        return preview;
    preview.wider = inWiderFormat(tensor, planned, *preview.fault, progress).format;
    RoundingPreview stored
        = previewRounding(tensor, *preview.wider, importance, bins, progress.part(0.9, 1));
    preview.rmsError = stored.rmsError;
    preview.sqnr = stored.sqnr;
    preview.outputError = stored.outputError;
    preview.binError = std::move(stored.binError);
    return preview;
}

GroupLevels groupAt(const Tensor& tensor, const Format& format, std::span<const float> importance,
    WeightPlace place)
{
    assert(place.row >= 0 && place.row < tensor.rows && place.column >= 0
        && place.column < tensor.columns);
    if (!format.grid || TensorFormat::needsRange(format))
        return {};
    const std::vector<float> known = knownImportance(importance, format.blockSize);
    const Matrix row = decodeRows(tensor, place.row, 1);
    const TensorFormat own(format, row, formats::quickEncoder(format, !known.empty()));
    std::vector<std::byte> bytes(format.rowBytes(std::size_t(tensor.columns)));
    own.format().encodeRow(row.data(), std::size_t(tensor.columns),
        known.empty() ? nullptr : known.data(), bytes.data());
    return levelsOfGroup(format, bytes, std::size_t(place.column / format.grid->groupSize));
}

} // namespace core
