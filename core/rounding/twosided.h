// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/rounding/gptq.h"
#include "core/rounding/outputhessian.h"
#include "core/rounding/sweeps.h"

namespace core {

namespace twosided {
    constexpr Eigen::Index rowsAtATime = 16; ///< given the same other rows
    constexpr Eigen::Index panelRows = 128; ///< between two updates of all rows after them
    constexpr Eigen::Index rowsATask = 8; ///< their chains of operations overlap in the processor
} // namespace twosided

/// E₂ = tr(A D H Dᵀ): the squared output errors as the end loss weighs them and their products, D
/// (out, in) what weights differ by. On all processors, the same bits for any number of them.
double twoSidedError(const Matrix& D, const SymmetricMatrix& H, const OutputFactor& outputs,
    const Progress& progress);

/// A matrix rounded two-sidedly, and its errors against the target.
struct TwoSidedResult {
    std::vector<std::byte> bytes; ///< rows × format.rowBytes(columns)
    double error = 0; ///< E₂
    int sweeps = 0; ///< that were made
};

/// GPTQ of rows and columns towards `target` (out, in): rows are rounded from the first to the
/// last, some at a time, each by GPTQ over its columns; the error of a row is made up for by the
/// rows after it through the factor of A = H_O + λ, as the error of a column is by the columns
/// after it through that of H (after Tseng et al. 2025, "Model-Preserving Adaptive Rounding", arXiv
/// 2505.22988, which has no corrected target and no block grid). Then options.sweeps sweeps as
/// sweepRounded makes them, but under E₂: a step of a row is kept where E₂ falls, given all other
/// rows. Where A is diagonal, the first part is gptqPass. Requires: format.grid. On all processors,
/// the same bits for any number of them. Throws Cancelled.
TwoSidedResult roundTwoSided(const Matrix& target, const GptqFactor& factor,
    const OutputFactor& outputs, const Format& format, const GptqOptions& options,
    const Progress& progress);

/// The first part of it and the second. `error` is E₂ before, the gain by how much it fell.
std::vector<std::byte> twoSidedPass(const Matrix& T, const GptqFactor& factor,
    const OutputFactor& outputs, const Format& format, const GptqOptions& options,
    const Progress& progress);
SweepResult sweepTwoSided(const Matrix& T, const GptqFactor& factor, const OutputFactor& outputs,
    const Format& format, int sweeps, double error, std::vector<std::byte>& bytes,
    const Progress& progress);

/// gptqRound two-sidedly: what is stored has no larger E₂ than importance-weighted rounding of W or
/// the target. Throws Cancelled.
GptqResult gptqRoundTwoSided(const Matrix& W, const Matrix& target, const GptqFactor& factor,
    const OutputFactor& outputs, const Format& format, const GptqOptions& options,
    const Progress& progress, Encoder encoder = Encoder::Ggml);

} // namespace core
