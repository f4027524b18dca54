// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"

#include <vector>

namespace core {

/// What a layer with a delta net or a short convolution carries along one sequence: all that its
/// later tokens are computed from. Empty: before the first token, where everything is zero.
struct RecurrentState {
    Matrix inputs; ///< the last kernel − 1 that its convolution read, (kernel − 1, channels)
    std::vector<Matrix> heads; ///< of a delta net, by value head: (headDim, headDim)
};

} // namespace core
