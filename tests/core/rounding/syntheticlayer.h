// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"

/// A linear layer as language models have them: weights of mixed size, inputs that are correlated
/// and have a few outlier channels. The same for the same arguments.
struct SyntheticLayer {
    core::Matrix W; ///< (out, in)
    core::Matrix x; ///< (tokens, in)
};
SyntheticLayer syntheticLayer(int out, int in, int tokens, unsigned seed);
