// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"

#include <vector>

// Products of a matrix and one vector, in the widest vectors of the processor at hand: what one
// token at a time asks for, where reading the matrix is all the time it takes. Sixteen partial sums
// in the same places and no fused multiply-add, so that every processor gives the same bits.
namespace core::matrixvector {

/// y[i] = row i of A · x, on the calling thread. A (m, n), x of n, y of m. Pure; safe to call from
/// several threads.
void multiply(const MatrixView& A, const float* x, float* y);

/// y = Σ a_i · row i of A, on the calling thread. A (m, n), a of m, y of n.
void combineRows(const MatrixView& A, const float* a, float* y);

/// One matrix that is multiplied, and where the result goes.
struct Product {
    MatrixView A;
    float* y;
};
/// The same as multiply for each of `products`, on all processors.
void multiplyAll(const std::vector<Product>& products, const float* x);

} // namespace core::matrixvector
