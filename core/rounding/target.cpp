// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/rounding/target.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/rounding/inversefactor.h"
#include "core/rounding/parallelproduct.h"

#include <algorithm>

namespace core {

namespace {

    using Index = Eigen::Index;
    using blas::Side;

    /// a · U, or a · Uᵀ.
    Matrix multiplied(
        const Matrix& a, Side side, const UpperTriangular& U, const Progress& progress)
    {
        const Index n = U.rows();
        Matrix result(a.rows(), n);
        forProductBlocks(a.rows(), n, [&](Index row, Index column, Index height, Index width) {
            progress.checkCancelled();
            const Matrix part
                = side == Side::Plain ? U.block(0, column, n, width) : U.block(column, 0, width, n);
            blas::multiply(Side::Plain, side, height, width, n, 1.0f,
                { a.data() + row * a.cols(), a.cols() }, { part.data(), part.cols() }, 0.0f,
                { result.data() + row * n + column, n });
        });
        return result;
    }

} // namespace

Matrix product(const MatrixView& a, const MatrixView& b, const Progress& progress)
{
    Matrix result(a.rows(), b.cols());
    multiplyInParallel(1.0f, a, b, Side::Plain, 0.0f, result, progress);
    return result;
}

std::optional<UpperTriangular> targetFactor(
    const SymmetricMatrix& H, double damping, const Progress& progress)
{
    const Eigen::VectorXd diagonal = H.diagonal();
    Eigen::VectorXd added = Eigen::VectorXd::Constant(diagonal.size(), damping * diagonal.mean());
    added += (diagonal.array() <= 0).cast<double>().matrix(); // a dead input corrects nothing
    return inverseFactor(H, added, progress);
}

RaisedFactor raisedTargetFactor(const SymmetricMatrix& H, double damping, const Progress& progress)
{
    constexpr double most = 1e4;
    constexpr double raise = 4;
    for (double share = damping; share <= std::max(damping, most); share *= raise)
        if (auto U = targetFactor(H, share, progress.part(0, 0)))
            return { *std::move(U), share };
    throw Error(text("the Hessian of ", H.rows(), " inputs is not positive definite with ", most,
        " times its mean diagonal added, expected it to be"));
}

Matrix ridge(Matrix D, const UpperTriangular& U, const Progress& progress)
{
    D = multiplied(D, Side::Transposed, U, progress);
    return multiplied(D, Side::Plain, U, progress);
}

} // namespace core
