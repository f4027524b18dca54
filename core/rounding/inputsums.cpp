// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/rounding/inputsums.h"

#include <utility>

namespace core {

namespace {

    void addTo(std::optional<CrossSum>& sum, const MatrixView& a, const MatrixView& x)
    {
        if (a.cols() == 0)
            return;
        if (!sum)
            sum.emplace(a.cols(), x.cols());
        sum->add(a, x);
    }

    void mix(Matrix& a, double share, const Matrix& b)
    {
        if (a.size() > 0)
            a = float(share) * a + float(1 - share) * b;
    }

} // namespace

InputSums together(InputSums a, const InputSums& b)
{
    const double tokens = a.tokens + b.tokens;
    if (b.tokens == 0)
        return a;
    const double share = a.tokens / tokens;
    a.H.mix(share, b.H);
    mix(a.change, share, b.change);
    mix(a.drift, share, b.drift);
    a.tokens = tokens;
    return a;
}

void InputGathering::add(const InputTile& tile)
{
    if (tile.x.rows() == 0)
        return;
    if (!m_hessian)
        m_hessian.emplace(tile.x.cols());
    m_hessian->add(tile.x);
    addTo(m_change, tile.change, tile.x);
    addTo(m_drift, tile.drift, tile.x);
}

InputSums InputGathering::take()
{
    InputSums sums;
    if (!m_hessian)
        return sums;
    sums.tokens = double(m_hessian->tokens());
    sums.H = m_hessian->take();
    if (m_change)
        sums.change = m_change->take();
    if (m_drift)
        sums.drift = m_drift->take();
    m_hessian.reset();
    m_change.reset();
    m_drift.reset();
    return sums;
}

} // namespace core
