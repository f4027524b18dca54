// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
#include "core/base/progress.h"
#include "core/rounding/inputsums.h"

#include <vector>

namespace core {

/// By what the weights of a norm should be multiplied, and what that gains.
struct NormRefit {
    Vector factors; ///< (in)
    double gain = 0; ///< share of the squared output error that it takes away, 0 to 1
};

/// The factors ρ that bring the outputs Ŵ (ρ ∘ x) of the rounded matrices behind a norm closest to
/// those of the original ones on the reference's inputs, W (x + c): a least-squares problem in ρ,
/// (Σ ŴᵀŴ ∘ H) ρ = Σ diag(ŴᵀW (H + C)), kept near 1 by 1 % of its mean diagonal. Norms are F32 in
/// a file, so this costs no byte. `sums`: of the normed inputs x. Requires: as many `rounded` as
/// `originals`, of the same shapes. All 1 if the system is singular. Throws Cancelled.
NormRefit refitNorm(const std::vector<const Matrix*>& rounded, const std::vector<Matrix>& originals,
    const InputSums& sums, const Progress& progress);

/// The same on the sequences of both, kept as near 1 as those of `held` find best for factors that
/// are fitted to `fit`; `gain` is what these gain on `held`. All 1 if nothing does there.
NormRefit refitNorm(const std::vector<const Matrix*>& rounded, const std::vector<Matrix>& originals,
    const InputSums& fit, const InputSums& held, const Progress& progress);

} // namespace core
