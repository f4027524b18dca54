// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/rounding/normrefit.h"

#include "core/rounding/crosssum.h"
#include "core/rounding/inversefactor.h"

#include <array>
#include <cassert>
#include <optional>

namespace core {

namespace {

    constexpr double leastDamping = 0.01; // share of the mean diagonal
    constexpr std::array normDampings{ leastDamping, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0 };

    /// Σ aᵀ b over the matrices, to a scale that is the same for equal numbers of rows.
    MatrixD sumOfProducts(CrossSum& sum) { return sum.take().cast<double>(); }

    /// Of the matrices Ŵ and W behind the norm.
    struct Products {
        MatrixD squares, crosses, originalSquares; ///< Σ ŴᵀŴ, Σ ŴᵀW, Σ WᵀW
    };

    Products productsOf(const std::vector<const Matrix*>& rounded,
        const std::vector<Matrix>& originals, const Progress& progress)
    {
        assert(rounded.size() == originals.size());
        const Eigen::Index n = originals.front().cols();
        CrossSum squares(n, n), crosses(n, n), originalSquares(n, n);
        for (std::size_t i = 0; i < rounded.size(); ++i) {
            progress.at(double(i) / double(rounded.size()));
            squares.add(*rounded[i], *rounded[i]);
            crosses.add(*rounded[i], originals[i]);
            originalSquares.add(originals[i], originals[i]);
        }
        return { sumOfProducts(squares), sumOfProducts(crosses), sumOfProducts(originalSquares) };
    }

    /// The equations A (ρ − 1) = rest over some tokens.
    struct System {
        MatrixD A;
        Eigen::VectorXd rest;
        double before = 0; ///< squared output error at ρ = 1, but for what the changes c add

        /// What factors 1 + change take off the squared error.
        double gain(const Eigen::VectorXd& change) const
        {
            return 2 * change.dot(rest) - change.dot(A * change);
        }
    };

    System systemOf(const Products& products, const InputSums& sums)
    {
        MatrixD wanted = sums.H.dense();
        System system{ products.squares.cwiseProduct(wanted), {}, 0 };
        const double original = products.originalSquares.cwiseProduct(wanted).sum();
        if (sums.change.size() > 0)
            wanted += sums.change.cast<double>(); // Σ (x + c) xᵀ
        const Eigen::VectorXd b = products.crosses.cwiseProduct(wanted.transpose()).rowwise().sum();
        system.rest = b - system.A.rowwise().sum();
        system.before = original - 2 * b.sum() + system.A.sum();
        return system;
    }

    /// Nothing if the system is singular.
    std::optional<Eigen::VectorXd> solved(
        const System& system, double damping, const Progress& progress)
    {
        const auto U = inverseFactor(system.A,
            Eigen::VectorXd::Constant(system.A.rows(), damping * system.A.diagonal().mean()),
            progress);
        if (!U)
            return std::nullopt;
        const MatrixD factor = U->cast<double>();
        Eigen::VectorXd change = factor.transpose() * (factor * system.rest);
        if (!change.allFinite())
            return std::nullopt;
        return change;
    }

    NormRefit refitBy(const System& system, double damping, const Progress& progress)
    {
        NormRefit refit{ Vector::Ones(system.A.rows()), 0 };
        const auto change = solved(system, damping, progress);
        const double gain = change ? system.gain(*change) : 0;
        if (!(gain > 0))
            return refit;
        refit.factors += change->cast<float>();
        refit.gain = system.before > gain ? gain / system.before : 0;
        return refit;
    }

} // namespace

NormRefit refitNorm(const std::vector<const Matrix*>& rounded, const std::vector<Matrix>& originals,
    const InputSums& sums, const Progress& progress)
{
    const Products products = productsOf(rounded, originals, progress.part(0, 0.5));
    return refitBy(systemOf(products, sums), leastDamping, progress.part(0.5, 1));
}

NormRefit refitNorm(const std::vector<const Matrix*>& rounded, const std::vector<Matrix>& originals,
    const InputSums& fit, const InputSums& held, const Progress& progress)
{
    const Products products = productsOf(rounded, originals, progress.part(0, 0.3));
    System all = systemOf(products, fit);
    const System judge = systemOf(products, held);
    double most = 0, damping = 0;
    for (std::size_t i = 0; i < normDampings.size(); ++i) {
        const auto change = solved(all, normDampings[i], progress.part(0.3, 0.3));
        const double gain = change ? judge.gain(*change) : 0;
        if (gain < most)
            break; // one hump: too little, then too much of it
        if (gain > most) {
            most = gain;
            damping = normDampings[i];
        }
    }
    if (!(most > 0))
        return { Vector::Ones(all.A.rows()), 0 };
    const double share = fit.tokens / (fit.tokens + held.tokens);
    all.A = share * all.A + (1 - share) * judge.A;
    all.rest = share * all.rest + (1 - share) * judge.rest;
    NormRefit refit = refitBy(all, damping, progress.part(0.8, 1));
    refit.gain = judge.before > most ? most / judge.before : 0;
    return refit;
}

} // namespace core
