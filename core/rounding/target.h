// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
#include "core/base/progress.h"
#include "core/base/symmetricmatrix.h"
#include "core/base/uppertriangular.h"

#include <optional>

namespace core {

/// U, upper triangular, with (H + λ)⁻¹ = Uᵀ U, λ the share `damping` of the mean diagonal of H; an
/// input that was never active corrects nothing. Nothing if H + λ is not positive definite. Throws
/// Cancelled.
std::optional<UpperTriangular> targetFactor(
    const SymmetricMatrix& H, double damping, const Progress& progress);

/// The same with four times the damping as often as it takes.
struct RaisedFactor {
    UpperTriangular U;
    double damping = 0; ///< share that was needed
};
/// Throws Error if no damping up to 10⁴ mean diagonals helps, Cancelled.
RaisedFactor raisedTargetFactor(const SymmetricMatrix& H, double damping, const Progress& progress);

/// D (H + λ)⁻¹ = D Uᵀ U for D = 2/N Σ d xᵀ (out, in), U from targetFactor: the change of the
/// weights that, reading the quantized path's inputs x, comes closest to the wanted change d of the
/// outputs for each token. With d = W (x_ref − x), W and it together are W (C + λ)(H + λ)⁻¹, C =
/// 2/N Σ x_ref xᵀ. On all processors, the same bits for any number of them. Throws Cancelled.
Matrix ridge(Matrix D, const UpperTriangular& U, const Progress& progress);

/// a · b for float matrices, on all processors by rows of `a`; the same bits for any number of
/// them. `progress` is only asked whether to stop, here as above. Throws Cancelled.
Matrix product(const MatrixView& a, const MatrixView& b, const Progress& progress);

} // namespace core
