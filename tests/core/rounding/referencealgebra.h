// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"

/// What core computes in blocks and by parts, all at once in double: to compare with. Here, because
/// compiling Eigen's algebra in every test takes longer than the tests do.
namespace reference {

using core::Matrix;
using core::MatrixD;

MatrixD product(const MatrixD& a, const MatrixD& b); ///< a · b
MatrixD outerProducts(const Matrix& a, const Matrix& b); ///< aᵀ · b
MatrixD inverse(const MatrixD& positive); ///< of a symmetric positive definite matrix
MatrixD upperCholesky(const MatrixD& positive); ///< U with Uᵀ U = it

} // namespace reference
