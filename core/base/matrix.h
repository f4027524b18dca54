// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <Eigen/Core>

namespace core {

/// Row-major float matrix. A weight is (out, in): one row makes one output. Activations are
/// (tokens, channels).
using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using MatrixView = Eigen::Ref<const Matrix, 0, Eigen::OuterStride<>>;
using MatrixBlock = Eigen::Ref<Matrix, 0, Eigen::OuterStride<>>; ///< to write into

/// Row-major double matrix, for sums over many tokens (Hessians) and their factors.
using MatrixD = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

using Vector = Eigen::VectorXf;

/// a · bᵀ: (m, k) · (n, k)ᵀ → (m, n), on the calling thread by OpenBLAS.
/// The same bits for any number of threads of ours. Safe to call from several threads.
Matrix multiplyTransposed(const MatrixView& a, const MatrixView& b);

/// The same into an existing block: c = a · bᵀ, and c += a · bᵀ. (m, k) · (n, k)ᵀ → (m, n).
void setProductTransposed(MatrixBlock c, const MatrixView& a, const MatrixView& b);
void addProductTransposed(MatrixBlock c, const MatrixView& a, const MatrixView& b);
/// c = a · b: (m, k) · (k, n) → (m, n).
void setProduct(MatrixBlock c, const MatrixView& a, const MatrixView& b);

} // namespace core
