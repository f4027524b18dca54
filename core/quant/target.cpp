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

    constexpr Eigen::Index pairRows = 64;

    /// a · b or a · bᵀ, by tiles of a's rows.
    Matrix multiplied(const MatrixView& a, Side side, const MatrixView& b, const Progress& progress)
    {
        const Eigen::Index columns = side == Side::Plain ? b.cols() : b.rows();
        Matrix result(a.rows(), columns);
        const Eigen::Index tiles = (a.rows() + pairRows - 1) / pairRows;
        parallelFor(std::size_t(tiles), [&](std::size_t tile) {
            progress.checkCancelled();
            const Eigen::Index first = Eigen::Index(tile) * pairRows;
            const Eigen::Index rows = std::min(pairRows, a.rows() - first);
            blas::multiply(Side::Plain, side, rows, columns, a.cols(), 1.0f,
                { a.data() + first * a.outerStride(), a.outerStride() },
                { b.data(), b.outerStride() }, 0.0f, { result.row(first).data(), columns });
        });
        return result;
    }

} // namespace

Matrix product(const MatrixView& a, const MatrixView& b, const Progress& progress)
{
    return multiplied(a, Side::Plain, b, progress);
}

std::optional<Matrix> targetFactor(const MatrixD& H, double damping, const Progress& progress)
{
    const Eigen::VectorXd diagonal = H.diagonal();
    Eigen::VectorXd added = Eigen::VectorXd::Constant(diagonal.size(), damping * diagonal.mean());
    added += (diagonal.array() <= 0).cast<double>().matrix(); // a dead input corrects nothing
    return inverseFactor(H, added, progress);
}

RaisedFactor raisedTargetFactor(const MatrixD& H, double damping, const Progress& progress)
{
    constexpr double most = 1e4;
    constexpr double raise = 4;
    for (double share = damping; share <= std::max(damping, most); share *= raise)
        if (auto U = targetFactor(H, share, progress.part(0, 0)))
            return { *std::move(U), share };
    throw Error(text("the Hessian of ", H.rows(), " inputs is not positive definite with ", most,
        " times its mean diagonal added, expected it to be"));
}

Matrix ridge(const Matrix& D, const Matrix& U, const Progress& progress)
{
    return multiplied(multiplied(D, Side::Transposed, U, progress), Side::Plain, U, progress);
}

} // namespace core
