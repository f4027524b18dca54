// SPDX-License-Identifier: GPL-3.0-or-later
#include "referencealgebra.h"

#include <Eigen/Cholesky>

namespace reference {

MatrixD product(const MatrixD& a, const MatrixD& b) { return a * b; }

MatrixD outerProducts(const Matrix& a, const Matrix& b)
{
    return product(a.cast<double>().transpose(), b.cast<double>());
}

MatrixD inverse(const MatrixD& positive)
{
    return positive.llt().solve(MatrixD::Identity(positive.rows(), positive.cols()));
}

MatrixD upperCholesky(const MatrixD& positive) { return positive.llt().matrixU(); }

} // namespace reference
