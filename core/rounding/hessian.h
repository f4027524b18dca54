// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
#include "core/base/symmetricmatrix.h"

#include <cstdint>

namespace core {

/// H = 2/N Σ x xᵀ over the inputs x of a linear layer, gathered tile by tile.
class Hessian {
public:
    /// For inputs of `channels` values.
    explicit Hessian(Eigen::Index channels);

    /// Takes the rows of `x` (tokens, channels) in. A symmetric rank-k update of the upper triangle
    /// in fixed blocks, products in float, sums over calls in double: on all processors, the same
    /// bits for any number of them.
    void add(const MatrixView& x);

    /// H (channels, channels); zero if no token was seen. Ends the gathering.
    SymmetricMatrix take();

    std::int64_t tokens() const { return m_tokens; }
    Eigen::Index channels() const { return m_sum.rows(); }

private:
    SymmetricMatrix m_sum; ///< Σ x xᵀ
    std::int64_t m_tokens = 0;
};

} // namespace core
