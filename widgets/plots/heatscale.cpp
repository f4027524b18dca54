// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/heatscale.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace widgets {
namespace {

    constexpr double typicalShare = 0.98; ///< of the values that the scale is made for
    constexpr double farAbove = 4; ///< times the largest of those: beyond the end

} // namespace

HeatScale::HeatScale(std::span<const double> values, Kind kind)
    : m_kind(kind)
{
    std::vector<double> counted;
    std::copy_if(values.begin(), values.end(), std::back_inserter(counted), [kind](double value) {
        return std::isfinite(value) && (kind != Kind::Ratios || value > 0);
    });
    if (counted.empty())
        return;
    m_empty = false;
    std::sort(counted.begin(), counted.end());
    m_most = counted.back();
    m_from = kind == Kind::FromZero ? 0 : counted.front();
    m_to = std::max(m_most, m_from);
    // The last but one in a small map, so that a single tensor never rules.
    const auto last = std::ptrdiff_t(counted.size()) - 2;
    const auto typical = std::min(last, std::ptrdiff_t(typicalShare * double(counted.size())));
    if (kind != Kind::Linear && typical >= 0 && counted[std::size_t(typical)] > m_from
        && m_most > farAbove * counted[std::size_t(typical)])
        m_to = counted[std::size_t(typical)];
    const auto above = std::upper_bound(counted.begin(), counted.end(), 0.0);
    if (above != counted.end())
        m_unit = *(above + (counted.end() - above) / 2);
}

double HeatScale::shareOf(double value) const
{
    if (std::isnan(value))
        return std::numeric_limits<double>::quiet_NaN();
    if (m_to <= m_from)
        return 0.5;
    double share = 0;
    switch (m_kind) {
    case Kind::Linear:
        share = (value - m_from) / (m_to - m_from);
        break;
    case Kind::FromZero:
        share = std::log1p(std::max(value, 0.0) / m_unit) / std::log1p(m_to / m_unit);
        break;
    case Kind::Ratios:
        share = value <= 0 ? 0 : std::log(value / m_from) / std::log(m_to / m_from);
        break;
    }
    return std::clamp(share, 0.0, 1.0);
}

} // namespace widgets
