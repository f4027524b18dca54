// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
#include "core/base/progress.h"
#include "core/quant/gptq.h"

namespace core {

/// U, upper triangular, with (H + λ)⁻¹ = Uᵀ U, λ the share `damping` of the mean diagonal of H.
/// Throws Error if H + λ is not positive definite, Cancelled.
Matrix targetFactor(const GptqFactor& factor, double damping, const Progress& progress);

/// The weights that, reading the quantized path's inputs x, come closest to the outputs that are
/// wanted there, W x + d for each token: T = W + D (H + λ)⁻¹ with D = 2/N Σ d xᵀ (out, in) and U
/// from targetFactor. With d = W (x_ref − x) that is W (C + λ)(H + λ)⁻¹, C = 2/N Σ x_ref xᵀ.
/// On all processors, the same bits for any number of them.
Matrix correctedTarget(const Matrix& W, const Matrix& D, const Matrix& U);

/// a · b for float matrices, on all processors by rows of `a`; the same bits for any number of
/// them.
Matrix product(const MatrixView& a, const MatrixView& b);

} // namespace core
