// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
#include "core/base/progress.h"
#include "core/rounding/inputsums.h"

#include <vector>

namespace core {

struct GptqOptions;

/// How far a target follows what is wanted of it, T = W + (a·change + b·drift)(H + λ)⁻¹.
struct TargetChoice {
    double damping = 0; ///< λ as a share of the mean diagonal of H
    double changeShare = 1; ///< a
    double driftShare = 0; ///< b
    bool byData = false; ///< whether these were chosen, not given
};

/// Chooses λ, a and b so that the change they make, fitted to `fit`, comes closest to what is
/// wanted on `held`, sequences that were not fitted: the sum of squares there is a quadratic form
/// in a and b for each λ. `W`: the matrices that read the input. Throws Cancelled.
TargetChoice chooseTarget(const InputSums& fit, const InputSums& held,
    const std::vector<const Matrix*>& W, const GptqOptions& options, const Progress& progress);

} // namespace core
