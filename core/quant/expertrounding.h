// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/experts.h"
#include "core/quant/layerinwork.h"

#include <vector>

namespace core {

/// What the experts of a layer are rounded on.
struct SparseInputs {
    MatrixView input; ///< (tokens, hidden) of the rounded path: what experts read
    MatrixView reference; ///< the same of the original's; empty without a reference
    const std::vector<ExpertTokens>& routed; ///< once, on the rounded path
};

/// Rounds the experts of a layer: each expert's
/// gate and up, and its down on what these make, by the tokens that came to it, one expert's
/// Hessians at a time. With a reference each aims at the original expert's outputs for its tokens.
/// Sequences have `length` tokens. Throws Error, Cancelled.
void roundExperts(
    LayerInWork& layer, const SparseInputs& inputs, Eigen::Index length, const Progress& progress);

} // namespace core
