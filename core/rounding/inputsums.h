// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
#include "core/base/symmetricmatrix.h"
#include "core/rounding/crosssum.h"
#include "core/rounding/hessian.h"

#include <optional>

namespace core {

/// What was gathered about the input x of some linear layers, over tokens, each with its weight:
/// means of products, times 2. Empty matrices where nothing was gathered.
struct InputSums {
    SymmetricMatrix H; ///< 2/N Σ x xᵀ (in, in)
    /// 2/N Σ c xᵀ with c the wanted change because the reference's inputs x_ref differ: x_ref − x
    /// itself (in, in) where several matrices read x, W (x_ref − x) (out, in) where one does.
    Matrix change;
    /// 2/N Σ (r_ref − r) xᵀ (out, in), r the residual stream that the matrix adds to. Empty where
    /// the matrix adds to none.
    Matrix drift;
    double tokens = 0;
};

/// The sums over the tokens of both.
InputSums together(InputSums a, const InputSums& b);

/// A tile of tokens for InputSums, rows in step; empty matrices for what is not gathered.
struct InputTile {
    MatrixView x;
    MatrixView change, drift;
};

/// Gathers InputSums tile by tile.
class InputGathering {
public:
    /// On all processors, the same bits for any number of them.
    void add(const InputTile& tile);
    /// Ends the gathering.
    InputSums take();

private:
    std::optional<Hessian> m_hessian;
    std::optional<CrossSum> m_change, m_drift;
};

} // namespace core
