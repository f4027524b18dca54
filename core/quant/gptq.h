// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
#include "core/base/progress.h"
#include "core/formats/format.h"

#include <cstddef>
#include <vector>

namespace core {

struct GptqOptions {
    double damping = 0.01; ///< share of the mean diagonal of H added to it
    int columnBlock = 128; ///< columns between two updates of the rest
};

/// A matrix rounded by GPTQ, and how it went.
struct GptqResult {
    std::vector<std::byte> bytes; ///< rows × format.rowBytes(columns)
    double error = 0; ///< E = tr((W−Ŵ) H (W−Ŵ)ᵀ) of what is stored
    double importanceError = 0; ///< E of importance-weighted rounding of W
    double energy = 0; ///< tr(W H Wᵀ): sqrt(E / energy) is the relative output error
    double damping = 0; ///< that was needed
    int dampingRaises = 0; ///< times H was not positive definite
    bool keptImportance
        = false; ///< importance-weighted rounding had the smaller E and is what is stored
};

/// GPTQ (Frantar et al. 2022, algorithm 1) on the block grid of `format`: when the first column of
/// a block is reached, its scales are fitted on the error-compensated weights, weighted by the
/// diagonal of H, and rounded to what is stored; then each column is rounded on that fixed grid and
/// its error carried to the columns after it through U, the upper Cholesky factor of (H +
/// damping)⁻¹. `W` (out, in), `H` (in, in) = 2/N Σ x xᵀ. Requires: format.fits(in), finite values.
/// On all processors, by rows; the same bits for any number. A format without a grid is encoded as
/// it is. Throws Error if no damping up to the mean diagonal helps.
GptqResult gptqRound(const Matrix& W, const MatrixD& H, const Format& format,
    const GptqOptions& options, const Progress& progress);

/// E = tr((W−Ŵ) H (W−Ŵ)ᵀ).
double outputError(const Matrix& W, const Matrix& rounded, const MatrixD& H);

} // namespace core
