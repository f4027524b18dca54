// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/backwardsteps.h"

/// The steps of attention on their way back.
namespace core::backward {

/// Queries, keys and values as they meet, and what they are made of: (tokens, heads × headDim).
struct Heads {
    Matrix madeQ, madeK; ///< before norm and rotary embedding; madeK empty: of another layer
    Matrix madeV; ///< empty where it is v itself or madeK
    Matrix q, k, v;
    Matrix gate; ///< empty: none
};
/// Requires: a layer that attends, without latents.
Heads headsOf(const MatrixView& input, const Step& step);

/// The gradients at heads.q, k, v and gate.
struct HeadGradients {
    Matrix q, k, v, gate;
};
/// To what the matrices read, showing them. Keeps the gradients at keys of another layer for it.
Matrix throughHeads(HeadGradients g, const Heads& heads, const MatrixView& input, const Step& step);

/// One head of one sequence and the gradient at its outputs: a row a position.
struct AttendingHead {
    MatrixView q, k; ///< (length, channels)
    MatrixView v, g; ///< (length, values)
    const float* sink; ///< null: none
};
/// Sets the gradient at q and adds those at k and v. On the calling thread.
void throughAttending(const AttendingHead& head, MatrixBlock gq, MatrixBlock gk, MatrixBlock gv,
    const AttentionSpec& spec, const Progress& progress);

} // namespace core::backward
