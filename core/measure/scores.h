// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
#include "core/base/progress.h"
#include "core/model/logitscaling.h"
#include "core/model/tensor.h"

#include <vector>

namespace core {

/// What one model says at one position: the softmax over the vocabulary in the few numbers that
/// matter.
struct Score {
    float largest = 0; ///< logit
    int top = -1; ///< token with the largest logit, the first of equals
    float target = 0; ///< logit of the token that comes next
    double sum = 0; ///< Σ e^(logit − largest)

    /// −ln p of the token that comes next, nats.
    double loss() const;
    /// ln Σ e^logit.
    double logSum() const;
};

/// Both models at one position.
struct ScorePair {
    Score reference, model;
    double difference = 0; ///< Σ e^(r − largest r)·(r − m) over the logits r of the reference and m

    /// KL divergence reference ‖ model, nats: Σ p (r − m) − ln Σ e^r + ln Σ e^m, p = e^r / Σ e^r.
    double divergence() const;
};

/// One model's way to logits: input · headᵀ, scaled.
struct Head {
    const Tensor* weights; ///< (vocabulary, hidden)
    const Matrix* input; ///< (positions, hidden), from headInput
    LogitScaling scaling{};
};

/// Scores every position, `targets` being the tokens that come next. The head is decoded some rows
/// at a time and the logits are summed up tile by tile: neither is ever there as a whole. On all
/// processors, the same bits for any number. Throws Error for a head that is not finite.
std::vector<Score> scorePositions(
    const Head& head, const std::vector<int>& targets, const Progress& progress);

/// The same for two models of one vocabulary at the same positions.
std::vector<ScorePair> scorePairs(const Head& reference, const Head& model,
    const std::vector<int>& targets, const Progress& progress);

} // namespace core
