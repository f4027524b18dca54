// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/rounding/inversefactor.h"

#include "core/base/blas.h"
#include "core/base/parallel.h"

#include <algorithm>

namespace core {

namespace {

    using Index = Eigen::Index;
    using blas::Side;

    constexpr Index factorBlock
        = 256; // OpenBLAS packs both factors of a product anew for each block

    Index blockCount(Index size) { return (size + factorBlock - 1) / factorBlock; }
    Index widthAt(Index first, Index size) { return std::min(factorBlock, size - first); }

    blas::Block<double> at(MatrixD& matrix, Index row, Index column)
    {
        return { matrix.data() + row * matrix.cols() + column, matrix.cols() };
    }
    blas::Block<const double> at(const MatrixD& matrix, Index row, Index column)
    {
        return { matrix.data() + row * matrix.cols() + column, matrix.cols() };
    }

    /// The lower triangle of J (H + diag(added)) J.
    MatrixD reversed(const MatrixD& H, const Eigen::VectorXd& added)
    {
        const Index n = H.rows();
        MatrixD A(n, n);
        parallelFor(std::size_t(blockCount(n)), [&](std::size_t task) {
            const Index first = Index(task) * factorBlock;
            for (Index i = first; i < first + widthAt(first, n); ++i) {
                for (Index j = 0; j <= i; ++j)
                    A(i, j) = H(n - 1 - i, n - 1 - j);
                A(i, i) += added(n - 1 - i);
            }
        });
        return A;
    }

    /// Replaces the lower triangle of A's block at `first` by its Cholesky factor. False if it is
    /// not positive definite.
    bool factorDiagonal(MatrixD& A, Index first)
    {
        const Index width = widthAt(first, A.rows());
        if (!blas::cholesky(width, at(A, first, first)))
            return false;
        const auto diagonal = A.block(first, first, width, width).diagonal();
        return diagonal.allFinite() && diagonal.minCoeff() > 0;
    }

    /// A's lower triangle becomes L with L Lᵀ = A. Right-looking: each block column, once finished,
    /// is subtracted from all after it.
    bool factorLower(MatrixD& A, const Progress& progress)
    {
        const Index n = A.rows();
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

    /// Writes the block column of L⁻¹ that starts at `first` to its reversed place in U.
    void invertColumn(const MatrixD& L, Index first, Matrix& U)
    {
        const Index n = L.rows();
        const Index width = widthAt(first, n);
        MatrixD X = MatrixD::Zero(n - first, width); // rows first … n − 1 of L⁻¹
        X.topRows(width).setIdentity();
        for (Index row = first; row < n; row += factorBlock) {
            const Index height = widthAt(row, n);
            if (row > first)
                blas::multiply(Side::Plain, Side::Plain, height, width, row - first, -1.0,
                    at(L, row, first), at(std::as_const(X), 0, 0), 0.0, at(X, row - first, 0));
            blas::solveLower(height, width, at(L, row, row), at(X, row - first, 0));
        }
        for (Index i = 0; i < X.rows(); ++i)
            for (Index j = 0; j < width; ++j)
                U(n - 1 - first - i, n - 1 - first - j) = j <= i ? float(X(i, j)) : 0.0f;
    }

} // namespace

std::optional<Matrix> inverseFactor(
    const MatrixD& H, const Eigen::VectorXd& added, const Progress& progress)
{
    MatrixD L = reversed(H, added);
    if (!factorLower(L, progress.part(0, 0.5)))
        return std::nullopt;
    Matrix U = Matrix::Zero(H.rows(), H.cols());
    parallelFor(std::size_t(blockCount(L.rows())), [&](std::size_t task) {
        progress.checkCancelled();
        invertColumn(L, Index(task) * factorBlock, U);
    });
    progress.at(1);
    return U;
}

} // namespace core
