// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <Eigen/Core>

namespace core {

/// Row-major float matrix. A weight is (out, in): one row makes one output. Activations are
/// (tokens, channels).
using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using MatrixView = Eigen::Ref<const Matrix, 0, Eigen::OuterStride<>>;

/// Row-major double matrix, for sums over many tokens (Hessians) and their factors.
using MatrixD = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

using Vector = Eigen::VectorXf;

/// a · bᵀ: (m, k) · (n, k)ᵀ → (m, n), on the calling thread by OpenBLAS.
/// The same bits for any number of threads of ours. Safe to call from several threads.
Matrix multiplyTransposed(const MatrixView& a, const MatrixView& b);

} // namespace core
