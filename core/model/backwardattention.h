// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/attention.h"
#include "core/model/backwardsteps.h"

/// The steps of attention on their way back.
namespace core::backward {

/// Queries, keys and values as they meet, and what their norms read: (tokens, heads × headDim).
struct Heads : AttentionHeads {
    Matrix madeQ, madeK; ///< empty: not normed, or keys of another layer
    Matrix madeV; ///< empty: not normed, or of another layer
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
