// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
#include "core/base/progress.h"
#include "core/base/symmetricmatrix.h"
#include "core/base/uppertriangular.h"
#include "core/formats/closer.h"
#include "core/formats/format.h"
#include "core/rounding/gptqoptions.h"

#include <cstddef>
#include <vector>

namespace core {

/// A matrix rounded by GPTQ, and how it went.
struct GptqResult {
    std::vector<std::byte> bytes; ///< rows × format.rowBytes(columns)
    double error = 0; ///< E = tr((T−Ŵ) H (T−Ŵ)ᵀ) of what is stored, T the target
    double importanceError = 0; ///< E of importance-weighted rounding of W
    double unsweptError = 0; ///< E of GPTQ before sweeps
    int sweeps = 0; ///< that were made
    double energy = 0; ///< tr(T H Tᵀ): sqrt(E / energy) is the relative output error
    double damping = 0; ///< share that was needed
    int dampingRaises = 0; ///< times H was not positive definite
    int deadChannels = 0; ///< inputs that were always 0
    bool keptImportance
        = false; ///< importance-weighted rounding had the smaller E and is what is stored
};

/// H made ready for rounding; shared by the matrices that read the same input.
struct GptqFactor {
    SymmetricMatrix H; ///< (in, in), as gathered
    UpperTriangular U; ///< upper triangular, (H + diag(added))⁻¹ = Uᵀ U
    Eigen::VectorXd added; ///< to each diagonal element: damping; a dead channel gets the mean too
    std::vector<float> importance; ///< of each channel: diag(H), the mean for a dead one; over 0
    double damping = 0;
    int dampingRaises = 0;
    int deadChannels = 0;
};

/// Factors H. Not positive definite: four times the damping and again. An input that was never
/// active weighs as much as an average one; if none was, all weigh 1. Throws Error if H is not
/// finite or no damping up to the mean diagonal helps, Cancelled.
GptqFactor factorHessian(SymmetricMatrix H, const GptqOptions& options, const Progress& progress);

/// GPTQ (Frantar et al. 2022, algorithm 1) on the block grid of `format`: when the first column of
/// a block is reached, its scales are fitted on the error-compensated weights, weighted by the
/// diagonal of H, and rounded to what is stored; then each column is rounded on that fixed grid and
/// its error carried to the columns after it through U. Sweeps follow (sweepRounded). `W` (out,
/// in). Requires: format.fits(in), finite values. On all processors, by rows; the same bits for any
/// number. What is stored never has a larger E than importance-weighted rounding. A format without
/// a grid is encoded as it is. Throws Cancelled.
GptqResult gptqRound(const Matrix& W, const GptqFactor& factor, const Format& format,
    const GptqOptions& options, const Progress& progress);

/// GPTQ alone: no sweeps after it, and nothing it is compared with.
struct GptqPass {
    std::vector<std::byte> bytes;
    double error = 0; ///< E against the target
};
/// Requires: format.grid. Throws Cancelled.
GptqPass gptqPass(const Matrix& target, const GptqFactor& factor, const Format& format,
    const GptqOptions& options, const Progress& progress);

/// The same for weights whose outputs should be those of `target` (out, in) rather than those of
/// `W`: `target` is rounded and errors count against it. What is stored has no larger E than
/// importance-weighted rounding of either by `encoder`.
GptqResult gptqRound(const Matrix& W, const Matrix& target, const GptqFactor& factor,
    const Format& format, const GptqOptions& options, const Progress& progress,
    Encoder encoder = Encoder::Ggml);

/// Both steps for one matrix. `H` (in, in) = 2/N Σ x xᵀ.
GptqResult gptqRound(const Matrix& W, const SymmetricMatrix& H, const Format& format,
    const GptqOptions& options, const Progress& progress);

/// E = tr((W−Ŵ) H (W−Ŵ)ᵀ). On all processors, the same bits for any number of them.
double outputError(const Matrix& W, const Matrix& rounded, const SymmetricMatrix& H);
/// The same of D = W−Ŵ.
double outputError(const Matrix& D, const SymmetricMatrix& H);

} // namespace core
