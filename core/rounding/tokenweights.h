// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"

namespace core {

/// How much an error at each token counts, as a factor for its vectors (tokens): 1 over the root
/// mean square of the residual stream there. What reads the stream norms it first, so an error
/// counts relative to its size; without this, the few tokens with massive activations would decide
/// alone. `residual` (tokens, hidden). Pure.
Vector tokenWeights(const MatrixView& residual);

} // namespace core
