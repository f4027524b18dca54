// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"

#include <cstdint>

namespace core {

/// 2/N Σ a xᵀ over tokens, gathered tile by tile: what two streams of values have in common.
class CrossSum {
public:
    /// For vectors a of `rows` and x of `columns` values.
    CrossSum(Eigen::Index rows, Eigen::Index columns);

    /// Takes the rows of `a` (tokens, rows) and `x` (tokens, columns) in. In fixed blocks, products
    /// in float, sums over calls in double: on all processors, the same bits for any number of
    /// them.
    void add(const MatrixView& a, const MatrixView& x);

    /// (rows, columns); zero if no token was seen. Ends the gathering.
    Matrix take();

private:
    MatrixD m_sum;
    std::int64_t m_tokens = 0;
};

} // namespace core
