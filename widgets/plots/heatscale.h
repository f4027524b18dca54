// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

namespace widgets {

/// Where a value stands between the two ends of a heat map's colours. Few values far above all
/// others do not stretch it: they lie beyond its end. Pure.
class HeatScale {
public:
    enum class Kind {
        Linear, ///< from the least value to the most
        FromZero, ///< logarithmic, of values that may be zero: what is below stands at the start
        Ratios, ///< logarithmic, of values above zero: from the least to the most
    };

    HeatScale() = default;
    /// Of these values; those that are not finite do not count.
    HeatScale(std::span<const double> values, Kind kind);

    bool isLogarithmic() const { return m_kind != Kind::Linear; }
    bool isEmpty() const { return m_empty; } ///< no value counts
    double from() const { return m_from; }
    double to() const { return m_to; }
    double most() const { return m_most; } ///< of all values; above to() some lie beyond it
    double shareOf(double value) const; ///< 0 … 1; NaN for NaN

private:
    Kind m_kind = Kind::Linear;
    bool m_empty = true;
    double m_from = 0, m_to = 1, m_most = 1;
    double m_unit = 1; ///< of FromZero: half of the values above zero are smaller
};

} // namespace widgets
