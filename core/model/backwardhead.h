// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/backward.h"

#include <cstdint>
#include <span>
#include <vector>

namespace core {

/// Some positions whose next token the head predicts.
struct ScoredRows {
    MatrixView hidden; ///< (positions, hidden): the residual stream after the last layer
    std::span<const Eigen::Index> tokens; ///< which token of the walk each is
    std::span<const std::uint64_t> noise; ///< the seed of each: the same one, the same noise
};

/// The gradient by `rows.hidden` of Σ uᵀ logits, u random with mean 0 and covariance diag(p) − ppᵀ,
/// p the model's own distribution of the next token at each position, independent between
/// positions. The mean of products of such gradients is therefore the Fisher information of the
/// model's predictions, as it is with the score of a token drawn from p; u = (diag(√p) − p√pᵀ) z
/// with random signs z scatters less, because no rare token is met or missed.
/// Shows the head's matrix in pieces of its rows. On all processors, the same bits for any number
/// of them. Throws Error for a head that is not finite, Cancelled.
Matrix backwardHead(const ScoredRows& rows, const Checkpoint& checkpoint,
    BackwardObserver& observer, const Progress& progress);

} // namespace core
