// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/rounding/target.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/rounding/inversefactor.h"
#include "core/rounding/parallelproduct.h"

#include <algorithm>

namespace core {

namespace {

    using blas::Side;

    Matrix multiplied(const MatrixView& a, Side side, const MatrixView& b, const Progress& progress)
    {
        Matrix result(a.rows(), side == Side::Plain ? b.cols() : b.rows());
        multiplyInParallel(1.0f, a, b, side, 0.0f, result, progress);
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
