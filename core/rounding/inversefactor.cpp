// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/rounding/inversefactor.h"

#include "core/base/blas.h"
#include "core/base/parallel.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace core {

namespace {

    using Index = Eigen::Index;
    using blas::Side;

    constexpr Index factorBlock
        = 256; // OpenBLAS packs both factors of a product anew for each block

    Index blockCount(Index size) { return (size + factorBlock - 1) / factorBlock; }
    Index widthAt(Index first, Index size) { return std::min(factorBlock, size - first); }

    using Lower = TrianglePanels<double, Triangle::Lower>;
    static_assert(Lower::height == factorBlock);

    blas::Block<double> at(MatrixD& matrix, Index row, Index column)
    {
        return { matrix.data() + row * matrix.cols() + column, matrix.cols() };
    }
    blas::Block<const double> at(const MatrixD& matrix, Index row, Index column)
    {
        return { matrix.data() + row * matrix.cols() + column, matrix.cols() };
    }
    blas::Block<double> at(Lower& matrix, Index row, Index column)
    {
        return matrix.at(row, column);
    }
    blas::Block<const double> at(const Lower& matrix, Index row, Index column)
    {
        return matrix.at(row, column);
    }

    /// A row of H from the diagonal on.
    const double* upperRow(const MatrixD& H, Index row) { return at(H, row, row).data; }
    const double* upperRow(const SymmetricMatrix& H, Index row)
    {
        return H.panels().at(row, row).data;
    }

    /// The lower triangle of J (H + diag(added)) J.
    template<typename Symmetric>
    Lower reversed(const Symmetric& H, const Eigen::VectorXd& added)
    {
        const Index n = H.rows();
        Lower A(n);
        parallelFor(std::size_t(A.count()), [&](std::size_t task) {
            auto panel = A.panel(Index(task));
            for (Index row = 0; row < panel.rows(); ++row) {
                const Index i = Index(task) * factorBlock + row;
                const double* upper = upperRow(H, n - 1 - i);
                std::reverse_copy(upper, upper + i + 1, panel.row(row).data());
                panel(row, i) += added(n - 1 - i);
            }
        });
        return A;
    }

    /// Replaces the lower triangle of A's block at `first` by its Cholesky factor. False if it is
    /// not positive definite.
    bool factorDiagonal(Lower& A, Index first)
    {
        const Index width = widthAt(first, A.size());
        if (!blas::cholesky(width, at(A, first, first)))
            return false;
        const auto diagonal = A.panel(first / factorBlock).rightCols(width).diagonal();
        return diagonal.allFinite() && diagonal.minCoeff() > 0;
    }

    /// A's lower triangle becomes L with L Lᵀ = A. Right-looking: each block column, once finished,
    /// is subtracted from all after it.
    bool factorLower(Lower& A, const Progress& progress)
    {
        const Index n = A.size();
        for (Index first = 0; first < n; first += factorBlock) {
            progress.at(double(first) / double(n));
            const Index width = widthAt(first, n);
            if (!factorDiagonal(A, first))
                return false;
            const Index next = first + width;
            const Index below = blockCount(n - next);
            parallelFor(std::size_t(below), [&](std::size_t task) {
                const Index row = next + Index(task) * factorBlock;
                blas::solveLowerTransposedRight(
                    widthAt(row, n), width, at(std::as_const(A), first, first), at(A, row, first));
            });
            parallelFor(
                std::size_t(below), [&](std::size_t task) { // a row of blocks each, longest first
                    const Index row = next + (below - 1 - Index(task)) * factorBlock;
                    for (Index column = next; column <= row; column += factorBlock)
                        blas::multiply(Side::Plain, Side::Transposed, widthAt(row, n),
                            widthAt(column, n), width, -1.0, at(std::as_const(A), row, first),
                            at(std::as_const(A), column, first), 1.0, at(A, row, column));
                });
        }
        return true;
    }

    /// Rows first … n − 1 of the block column of L⁻¹ that starts at `first`.
    MatrixD invertedColumn(const Lower& L, Index first)
    {
        const Index n = L.size();
        const Index width = widthAt(first, n);
        MatrixD X = MatrixD::Zero(n - first, width);
        X.topRows(width).setIdentity();
        for (Index row = first; row < n; row += factorBlock) {
            const Index height = widthAt(row, n);
            if (row > first)
                blas::multiply(Side::Plain, Side::Plain, height, width, row - first, -1.0,
                    at(L, row, first), at(std::as_const(X), 0, 0), 0.0, at(X, row - first, 0));
            blas::solveLower(height, width, at(L, row, row), at(X, row - first, 0));
        }
        return X;
    }

    /// Puts it into the place of L's column.
    void storeColumn(const MatrixD& X, Index first, Lower& L)
    {
        for (Index row = 0; row < X.rows(); row += factorBlock) {
            auto panel = L.panel((first + row) / factorBlock);
            panel.middleCols(first, X.cols()) = X.middleRows(row, panel.rows());
        }
    }

    /// L⁻¹ in L's place. A column needs none of those before it: some are computed, then stored.
    void invert(Lower& L, const Progress& progress)
    {
        // Longer ones go with shorter ones; none waits long for the others.
        const Index together = std::max<Index>(4, threadCount());
        for (Index begin = 0; begin < L.count(); begin += together) {
            progress.at(double(begin) / double(L.count()));
            std::vector<MatrixD> columns(std::size_t(std::min(together, L.count() - begin)));
            parallelFor(columns.size(), [&](std::size_t task) {
                progress.checkCancelled();
                columns[task] = invertedColumn(L, (begin + Index(task)) * factorBlock);
            });
            parallelFor(columns.size(), [&](std::size_t task) {
                storeColumn(columns[task], (begin + Index(task)) * factorBlock, L);
            });
        }
    }

    /// J L J as floats. Releases L meanwhile, from its first panel on.
    UpperTriangular reversedBack(Lower L)
    {
        const Index n = L.size();
        UpperTriangular::Panels U(n);
        const Index together = threadCount();
        for (Index end = U.count(); end > 0; end -= together) {
            const Index begin = std::max<Index>(0, end - together);
            parallelFor(std::size_t(std::min(together, end)), [&](std::size_t task) {
                auto panel = U.panel(begin + Index(task));
                for (Index row = 0; row < panel.rows(); ++row) {
                    const Index i = n - 1 - (begin + Index(task)) * factorBlock - row;
                    const double* lower = at(std::as_const(L), i, 0).data;
                    for (Index k = 0; k <= i; ++k)
                        panel(row, row + k) = float(lower[i - k]);
                }
            });
            for (Index i = 0; (i + 1) * factorBlock <= n - begin * factorBlock; ++i)
                L.release(i);
        }
        return UpperTriangular(std::move(U));
    }

    template<typename Symmetric>
    std::optional<UpperTriangular> factorOfInverse(
        const Symmetric& H, const Eigen::VectorXd& added, const Progress& progress)
    {
        Lower L = reversed(H, added);
        if (!factorLower(L, progress.part(0, 0.5)))
            return std::nullopt;
        invert(L, progress.part(0.5, 1));
        progress.at(1);
        return reversedBack(std::move(L));
    }

} // namespace

std::optional<UpperTriangular> inverseFactor(
    const SymmetricMatrix& H, const Eigen::VectorXd& added, const Progress& progress)
{
    return factorOfInverse(H, added, progress);
}

std::optional<Matrix> inverseFactor(
    const MatrixD& H, const Eigen::VectorXd& added, const Progress& progress)
{
    const auto U = factorOfInverse(H, added, progress);
    if (!U)
        return std::nullopt;
    return U->dense();
}

} // namespace core
