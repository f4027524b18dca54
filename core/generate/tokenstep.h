// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/generate/layermemory.h"
#include "core/model/experts.h"
#include "core/model/layer.h"
#include "core/model/perlayerinputs.h"

#include <functional>

namespace core {

/// Gives the weights of one expert, valid until it is asked for the next.
using ExpertLender = std::function<const ExpertWeights&(int expert)>;

/// A token on its way through the layers.
struct SteppedToken {
    int id = 0;
    int position = 0; ///< tokens before it
    const PerLayerInputs* perLayer = nullptr; ///< null: no layer has an input of its own
};

/// One token's step through one layer.
struct LayerStep {
    const LayerWeights& weights;
    const ExpertLender& experts;
    LayerMemory& memory; ///< of the tokens before, to which this one is added
    const LayerMemory& lender; ///< of the layer whose keys it takes, which the token has passed;
                               ///< its own where it makes them
    SteppedToken token;
    const Progress& progress;
};

/// Moves the residual stream of the token, (1, hidden), through the layer as walkLayer does that of
/// a whole sequence (layer.h's steps), by products of matrices and vectors. On all processors; the
/// bits do not depend on their number. Throws Error for a row of the token's own input that is not
/// finite, and as `experts` does.
void stepToken(MatrixBlock hidden, const LayerStep& step);

} // namespace core
