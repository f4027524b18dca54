// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <Eigen/Core>

namespace core::blas {

/// Whether a factor of a product is taken as it lies or transposed.
enum class Side { Plain, Transposed };

/// Rows of a row-major matrix inside a larger one: its first element and the distance of two rows.
template<typename T>
struct Block {
    T* data;
    Eigen::Index stride;
};

/// C = alpha · A B + beta · C with C (rows, columns), A (rows, inner) and B (inner, columns) after
/// transposing. On the calling thread by OpenBLAS; safe to call from several threads.
void multiply(Side a, Side b, Eigen::Index rows, Eigen::Index columns, Eigen::Index inner,
    float alpha, Block<const float> A, Block<const float> B, float beta, Block<float> C);
void multiply(Side a, Side b, Eigen::Index rows, Eigen::Index columns, Eigen::Index inner,
    double alpha, Block<const double> A, Block<const double> B, double beta, Block<double> C);

/// B = B · L⁻ᵀ for B (rows, size) and L (size, size) lower triangular.
void solveLowerTransposedRight(
    Eigen::Index rows, Eigen::Index size, Block<const double> L, Block<double> B);

/// B = L⁻¹ · B for B (size, columns) and L (size, size) lower triangular.
void solveLower(Eigen::Index size, Eigen::Index columns, Block<const double> L, Block<double> B);

/// The lower triangle of A (size, size) becomes L with L Lᵀ = A; what is above stays. False if A is
/// not positive definite, its lower triangle then undefined. By OpenBLAS's LAPACK.
bool cholesky(Eigen::Index size, Block<double> A);

} // namespace core::blas
