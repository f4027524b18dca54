// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/rounding/heldsums.h"

#include "core/rounding/gptq.h"
#include "core/rounding/target.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace core {

void HeldGathering::add(const InputTile& tile)
{
    if (tile.x.rows() == 0)
        return;
    m_sums.add(tile);
    if (tile.change.cols() == 0)
        return;
    if (tile.drift.cols() == 0) {
        if (!m_changes)
            m_changes.emplace(tile.change.cols());
        m_changes->add(tile.change);
        return;
    }
    const Eigen::VectorXd squares
        = (tile.change + tile.drift).cast<double>().colwise().squaredNorm().transpose();
    m_squares = m_squares.size() > 0 ? Eigen::VectorXd(m_squares + squares) : squares;
}

HeldSums HeldGathering::take()
{
    HeldSums held{ m_sums.take(), {}, std::exchange(m_squares, Eigen::VectorXd()), 0 };
    if (m_changes)
        held.changeSquares = m_changes->take();
    m_changes.reset();
    if (held.sums.tokens > 0)
        held.wantedSquares *= 2 / held.sums.tokens;
    return held;
}

HeldJudge::HeldJudge(
    const HeldSums& held, const Matrix& W, Eigen::Index stride, const Progress& progress)
    : m_H(held.sums.H)
    , m_W(someRows(W, stride))
{
    assert(held.isThere() && held.sums.H.cols() == W.cols());
    const Matrix zero = Matrix::Zero(m_W.rows(), m_W.cols());
    if (held.sums.drift.size() > 0) {
        m_wanted = someRows(held.sums.change, stride) + someRows(held.sums.drift, stride);
        for (Eigen::Index row = 0; row < W.rows(); row += stride)
            m_constant += held.wantedSquares(row);
    } else if (held.changeSquares.size() > 0) {
        m_wanted = product(m_W, held.sums.change, progress);
        m_constant = outputError(m_W, held.changeSquares);
    }
    m_energy = error(zero);
}

double HeldJudge::error(const Matrix& rounded) const
{
    double sum = outputError(m_W, rounded, m_H) + m_constant;
    if (m_wanted.size() > 0)
        sum += 2 * (m_W - rounded).cast<double>().cwiseProduct(m_wanted.cast<double>()).sum();
    return std::max(0.0, sum);
}

Matrix someRows(const Matrix& m, Eigen::Index stride)
{
    return m(Eigen::seq(0, m.rows() - 1, stride), Eigen::all);
}

} // namespace core
