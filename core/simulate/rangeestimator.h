// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
#include "core/simulate/integergrid.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace core {

/// How a static range is chosen from values that were seen. All but Maximum cut rare large values
/// off, so that the others are rounded more finely.
enum class RangeEstimator {
    Maximum, ///< "max": everything that was seen
    Percentile, ///< "percentile": all but a share of the values
    Deviations, ///< "deviations": mean ± k standard deviations
    SquaredError, ///< "mse": the smallest mean squared error
    Divergence, ///< "kl": the smallest KL divergence of the histograms (Migacz 2017)
};
std::string_view estimatorName(RangeEstimator estimator);
std::optional<RangeEstimator> findEstimator(std::string_view name);

struct RangeOptions {
    RangeEstimator estimator = RangeEstimator::SquaredError;
    double percentile = 99.99; ///< over 50 to 100
    double deviations = 6; ///< k, over 0
    int bits = 8;
    Symmetry symmetry = Symmetry::Symmetric;

    bool operator==(const RangeOptions&) const = default;
};

/// Values of one kind: the extremes and moments of all, and some of them.
class ValueSample {
public:
    /// Keeps one of every `stride` values, spread so that every channel comes up.
    explicit ValueSample(std::int64_t stride = 1);

    /// Takes the rows of `x` (tokens, channels) in. Requires: finite values.
    void add(const MatrixView& x);
    /// Sorts what was kept: the estimators need it so.
    void sort();

    std::int64_t count() const { return m_count; }
    ValueRange extremes() const { return m_extremes; } ///< of all values
    double mean() const;
    double deviation() const; ///< standard deviation
    const std::vector<float>& kept() const { return m_kept; }

private:
    std::int64_t m_stride;
    std::int64_t m_row = 0;
    std::int64_t m_count = 0;
    double m_sum = 0, m_squares = 0;
    ValueRange m_extremes;
    std::vector<float> m_kept;
};

/// The range that `options` choose, inside the extremes. Symmetric ranges have ends of equal
/// magnitude. Percentile: the magnitudes' percentile, or (asymmetric) the two outer quantiles, by
/// linear interpolation. SquaredError: of the extremes times 0.97^i, i = 0 … 240. Divergence: 2048
/// bins of magnitude; the threshold after bin i = 2^(bits−1) … 2048 whose histogram, cut there with
/// the rest in its last bin, diverges least from itself in 2^(bits−1) levels. No values: 0 to 0.
/// Requires: a sorted sample. Pure.
ValueRange estimateRange(const ValueSample& sample, const RangeOptions& options);

} // namespace core
