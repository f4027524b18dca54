// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulate/rangeestimator.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>
#include <span>

namespace core {

namespace {

    struct EstimatorWord {
        RangeEstimator estimator;
        std::string_view word;
    };
    constexpr std::array estimatorWords{
        EstimatorWord{ RangeEstimator::Maximum, "max" },
        EstimatorWord{ RangeEstimator::Percentile, "percentile" },
        EstimatorWord{ RangeEstimator::Deviations, "deviations" },
        EstimatorWord{ RangeEstimator::SquaredError, "mse" },
        EstimatorWord{ RangeEstimator::Divergence, "kl" },
    };

    std::vector<float> sortedMagnitudes(const std::vector<float>& values)
    {
        std::vector<float> magnitudes(values.size());
        std::ranges::transform(
            values, magnitudes.begin(), [](float value) { return std::abs(value); });
        std::ranges::sort(magnitudes);
        return magnitudes;
    }

    /// Linear interpolation between the two nearest.
    float quantileOf(const std::vector<float>& sorted, double share)
    {
        if (sorted.empty())
            return 0;
        const double place = share * double(sorted.size() - 1);
        const auto below = std::size_t(place);
        const std::size_t above = std::min(below + 1, sorted.size() - 1);
        return float(
            std::lerp(double(sorted[below]), double(sorted[above]), place - double(below)));
    }

    ValueRange byPercentile(const ValueSample& sample, const RangeOptions& options)
    {
        const double share = options.percentile / 100;
        if (options.symmetry == Symmetry::Symmetric) {
            const float bound = quantileOf(sortedMagnitudes(sample.kept()), share);
            return { -bound, bound };
        }
        return { quantileOf(sample.kept(), 1 - share), quantileOf(sample.kept(), share) };
    }

    ValueRange byDeviations(const ValueSample& sample, const RangeOptions& options)
    {
        const double reach = options.deviations * sample.deviation();
        return { float(sample.mean() - reach), float(sample.mean() + reach) };
    }

    double squaredError(
        const std::vector<float>& values, const ValueRange& range, const RangeOptions& options)
    {
        const IntegerGrid grid = integerGrid(range, options.bits, options.symmetry);
        std::array<float, 1024> rounded{};
        double sum = 0;
        for (std::size_t first = 0; first < values.size(); first += rounded.size()) {
            const std::size_t count = std::min(rounded.size(), values.size() - first);
            std::copy_n(values.begin() + std::ptrdiff_t(first), count, rounded.begin());
            roundTo(grid, rounded.data(), count);
            for (std::size_t i = 0; i < count; ++i) {
                const double error = double(rounded[i]) - double(values[first + i]);
                sum += error * error;
            }
        }
        return sum;
    }

    ValueRange bySquaredError(const ValueSample& sample, const RangeOptions& options)
    {
        constexpr int cuts = 240; // 0.97²⁴⁰ is a 1500th: massive activations reach as far
        constexpr float cut = 0.97f;
        ValueRange tried = sample.extremes();
        ValueRange best = tried;
        double smallest = std::numeric_limits<double>::infinity();
        for (int i = 0; i <= cuts; ++i) {
            const double error = squaredError(sample.kept(), tried, options);
            if (error < smallest) {
                smallest = error;
                best = tried;
            }
            tried = { tried.minimum * cut, tried.maximum * cut };
        }
        return best;
    }

    constexpr std::size_t magnitudeBins = 2048; // as TensorRT's

    /// Σ p ln(p/q) of a histogram cut after `bins` bins against the same in `levels` levels, both
    /// brought to sum 1; infinite where a bin with values falls into a level without.
    double divergenceAt(std::span<const double> counts, std::size_t bins, std::size_t levels)
    {
        std::vector<double> p(counts.begin(), counts.begin() + std::ptrdiff_t(bins));
        for (std::size_t bin = bins; bin < counts.size(); ++bin)
            p.back() += counts[bin];
        std::vector<double> q(bins, 0.0);
        double total = 0, kept = 0;
        for (std::size_t level = 0; level < levels; ++level) {
            const std::size_t first = level * bins / levels, last = (level + 1) * bins / levels;
            double sum = 0, filled = 0;
            for (std::size_t bin = first; bin < last; ++bin) {
                sum += counts[bin];
                filled += p[bin] > 0 ? 1 : 0;
            }
            for (std::size_t bin = first; bin < last; ++bin)
                q[bin] = p[bin] > 0 ? sum / filled : 0;
            kept += sum;
        }
        for (const double count : p)
            total += count;
        double divergence = 0;
        for (std::size_t bin = 0; bin < bins; ++bin) {
            if (p[bin] <= 0)
                continue;
            if (q[bin] <= 0)
                return std::numeric_limits<double>::infinity();
            divergence += p[bin] / total * std::log(p[bin] / total / (q[bin] / kept));
        }
        return divergence;
    }

    ValueRange byDivergence(const ValueSample& sample, const RangeOptions& options)
    {
        const double largest
            = std::max(-double(sample.extremes().minimum), double(sample.extremes().maximum));
        if (largest <= 0)
            return {};
        std::vector<double> counts(magnitudeBins, 0.0);
        for (const float value : sample.kept())
            counts[std::min(magnitudeBins - 1,
                std::size_t(std::abs(double(value)) / largest * double(magnitudeBins)))]
                += 1;
        const std::size_t levels = std::min(magnitudeBins, std::size_t(1) << (options.bits - 1));
        std::size_t best = magnitudeBins;
        double smallest = std::numeric_limits<double>::infinity();
        for (std::size_t bins = levels; bins <= magnitudeBins; ++bins) {
            const double divergence = divergenceAt(counts, bins, levels);
            if (divergence < smallest) {
                smallest = divergence;
                best = bins;
            }
        }
        const float bound = float(largest * double(best) / double(magnitudeBins));
        return { -bound, bound };
    }

    ValueRange chosen(const ValueSample& sample, const RangeOptions& options)
    {
        switch (options.estimator) {
        case RangeEstimator::Percentile:
            return byPercentile(sample, options);
        case RangeEstimator::Deviations:
            return byDeviations(sample, options);
        case RangeEstimator::SquaredError:
            return bySquaredError(sample, options);
        case RangeEstimator::Divergence:
            return byDivergence(sample, options);
        default:
            return sample.extremes();
        }
    }

} // namespace

std::string_view estimatorName(RangeEstimator estimator)
{
    return std::ranges::find(estimatorWords, estimator, &EstimatorWord::estimator)->word;
}

std::optional<RangeEstimator> findEstimator(std::string_view name)
{
    const auto found = std::ranges::find(estimatorWords, name, &EstimatorWord::word);
    return found == estimatorWords.end() ? std::nullopt : std::optional(found->estimator);
}

ValueSample::ValueSample(std::int64_t stride)
    : m_stride(stride)
{
    assert(stride >= 1);
}

void ValueSample::add(const MatrixView& x)
{
    constexpr std::int64_t shift = 7919; // a prime: no two rows in a row begin at the same channel
    if (x.size() == 0)
        return;
    for (Eigen::Index row = 0; row < x.rows(); ++row, ++m_row) {
        const auto values = x.row(row);
        m_extremes.minimum = std::min(m_extremes.minimum, values.minCoeff());
        m_extremes.maximum = std::max(m_extremes.maximum, values.maxCoeff());
        m_sum += values.cast<double>().sum();
        m_squares += values.cast<double>().squaredNorm();
        for (std::int64_t j = m_row * shift % m_stride; j < x.cols(); j += m_stride)
            m_kept.push_back(values[j]);
    }
    m_count += x.size();
}

void ValueSample::sort() { std::ranges::sort(m_kept); }

double ValueSample::mean() const { return m_count > 0 ? m_sum / double(m_count) : 0; }

double ValueSample::deviation() const
{
    if (m_count == 0)
        return 0;
    return std::sqrt(std::max(0.0, m_squares / double(m_count) - mean() * mean()));
}

ValueRange estimateRange(const ValueSample& sample, const RangeOptions& options)
{
    const ValueRange seen = sample.extremes();
    if (sample.count() == 0)
        return seen;
    ValueRange range = chosen(sample, options);
    range = { std::max(range.minimum, seen.minimum), std::min(range.maximum, seen.maximum) };
    if (options.symmetry == Symmetry::Asymmetric)
        return range;
    const float bound = std::max(-range.minimum, range.maximum);
    return { -bound, bound };
}

} // namespace core
