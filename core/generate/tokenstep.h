// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/generate/keyvaluecache.h"
#include "core/model/experts.h"
#include "core/model/layer.h"

#include <functional>

namespace core {

/// Gives the weights of one expert, valid until it is asked for the next.
using ExpertLender = std::function<const ExpertWeights&(int expert)>;

/// Moves the residual stream of one token, (1, hidden), through one layer as walkLayer does that of
/// a whole sequence (layer.h's steps), by products of matrices and vectors. The token's position is
/// `cache.length()`; its keys and values are appended. On all processors; the bits do not depend on
/// their number.
void stepToken(MatrixBlock hidden, const LayerWeights& weights, const ExpertLender& experts,
    KeyValueCache& cache, const Progress& progress);

} // namespace core
