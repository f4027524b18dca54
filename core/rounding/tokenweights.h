// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"

namespace core {

/// How much an error at each token counts, as a factor for its vectors (tokens): 1 over the root
/// mean square of the residual stream there. What reads the stream norms it first, so an error
/// counts relative to its size; without this, the few tokens with massive activations would decide
/// alone. `residual` (tokens, hidden). Pure.
Vector tokenWeights(const MatrixView& residual);

/// The same by what the end loss makes of outputs there: the fourth root of the squared sizes of
/// the gradients at them, relative to their mean, so that a squared error counts by the root of
/// `energies` (tokens). All alike where there are none. Pure.
Vector gradientWeights(const Vector& energies);

} // namespace core
