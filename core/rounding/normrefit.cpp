// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/rounding/normrefit.h"

#include "core/rounding/crosssum.h"
#include "core/rounding/inversefactor.h"

#include <algorithm>
#include <cassert>

namespace core {

namespace {

    constexpr double damping = 0.01; // share of the mean diagonal

    /// Σ aᵀ b over the matrices, to a scale that is the same for equal numbers of rows.
    MatrixD sumOfProducts(CrossSum& sum) { return sum.take().cast<double>(); }

} // namespace

NormRefit refitNorm(const std::vector<const Matrix*>& rounded, const std::vector<Matrix>& originals,
    const InputSums& sums, const Progress& progress)
{
    assert(rounded.size() == originals.size());
    const Eigen::Index n = sums.H.cols();
    NormRefit refit{ Vector::Ones(n), 0 };
    CrossSum squares(n, n), crosses(n, n), originalSquares(n, n);
    for (std::size_t i = 0; i < rounded.size(); ++i) {
        progress.at(double(i) / double(rounded.size()));
        squares.add(*rounded[i], *rounded[i]);
        crosses.add(*rounded[i], originals[i]);
        originalSquares.add(originals[i], originals[i]);
    }
    MatrixD wanted = sums.H; // Σ (x + c) xᵀ
    if (sums.change.size() > 0)
        wanted += sums.change.cast<double>();
    const MatrixD A = sumOfProducts(squares).cwiseProduct(sums.H);
    const Eigen::VectorXd b
        = sumOfProducts(crosses).cwiseProduct(wanted.transpose()).rowwise().sum();
    const Eigen::VectorXd rest = b - A.rowwise().sum(); // of the equations at ρ = 1
    const auto U = inverseFactor(
        A, Eigen::VectorXd::Constant(n, damping * A.diagonal().mean()), progress.part(0.5, 1));
    if (!U)
        return refit;
    const MatrixD factor = U->cast<double>();
    const Eigen::VectorXd change = factor.transpose() * (factor * rest);
    const double before = sumOfProducts(originalSquares).cwiseProduct(sums.H).sum() - 2 * b.sum()
        + A.sum(); // but for what the changes c add
    const double gain = 2 * change.dot(rest) - change.dot(A * change);
    if (!(gain > 0) || !change.allFinite())
        return refit;
    refit.factors += change.cast<float>();
    refit.gain = before > gain ? gain / before : 0;
    return refit;
}

} // namespace core
