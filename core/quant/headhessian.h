// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/checkpoint.h"
#include "core/model/tokenrows.h"
#include "core/rounding/hessian.h"

namespace core {

/// H = 2/N Σ x xᵀ (hidden, hidden) over what the head of `checkpoint` reads: the normed hidden
/// states after its last layer, at every token of `sequences`. Walks all layers. Throws Error,
/// Cancelled.
SymmetricMatrix headHessian(const Checkpoint& checkpoint,
    const std::vector<std::vector<int>>& sequences, const Progress& progress,
    const TokenRoom& room = {});

} // namespace core
