// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/target.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/text.h"
#include "core/quant/blas.h"
#include "core/quant/inversefactor.h"

#include <algorithm>

namespace core {

namespace {

    using blas::Side;

    constexpr Eigen::Index tileRows = 64;

    /// a · b or a · bᵀ, by tiles of a's rows.
    Matrix multiplied(const MatrixView& a, Side side, const MatrixView& b)
    {
        const Eigen::Index columns = side == Side::Plain ? b.cols() : b.rows();
        Matrix result(a.rows(), columns);
        const Eigen::Index tiles = (a.rows() + tileRows - 1) / tileRows;
        parallelFor(std::size_t(tiles), [&](std::size_t tile) {
            const Eigen::Index first = Eigen::Index(tile) * tileRows;
            const Eigen::Index rows = std::min(tileRows, a.rows() - first);
            blas::multiply(Side::Plain, side, rows, columns, a.cols(), 1.0f,
                { a.data() + first * a.outerStride(), a.outerStride() },
                { b.data(), b.outerStride() }, 0.0f, { result.row(first).data(), columns });
        });
        return result;
    }

} // namespace

Matrix product(const MatrixView& a, const MatrixView& b) { return multiplied(a, Side::Plain, b); }

Matrix targetFactor(const GptqFactor& factor, double damping, const Progress& progress)
{
    if (damping == factor.damping && factor.deadChannels == 0)
        return factor.U;
    const Eigen::VectorXd diagonal = factor.H.diagonal();
    Eigen::VectorXd added = Eigen::VectorXd::Constant(diagonal.size(), damping * diagonal.mean());
    added += (diagonal.array() <= 0).cast<double>().matrix(); // a dead input corrects nothing
    auto U = inverseFactor(factor.H, added, progress);
    if (!U)
        throw Error(
            text("the Hessian of ", diagonal.size(), " inputs is not positive definite with ",
                100 * damping, " % of its mean diagonal added, expected it to be"));
    return *std::move(U);
}

Matrix correctedTarget(const Matrix& W, const Matrix& D, const Matrix& U)
{
    return W + multiplied(multiplied(D, Side::Transposed, U), Side::Plain, U);
}

} // namespace core
