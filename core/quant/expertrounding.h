// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/layerinwork.h"

namespace core {

/// Rounds the experts of a layer: tokens are routed once, on the rounded path; then each expert's
/// gate and up, and its down on what these make, by the tokens that came to it, one expert's
/// Hessians at a time. With a reference each aims at the original expert's outputs for its tokens.
/// `input` and `reference` (tokens, hidden), the latter empty without a reference: what the router
/// reads, in both paths. Sequences have `length` tokens. Throws Error, Cancelled.
void roundExperts(LayerInWork& layer, const MatrixView& input, const MatrixView& reference,
    Eigen::Index length, const Progress& progress);

} // namespace core
