// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
#include "core/base/progress.h"

#include <vector>

namespace core {

/// Beyond so many outputs, what the end loss makes of pairs of them is known in blocks along the
/// diagonal only: the room for all pairs and their factor would cost more than they say.
constexpr Eigen::Index mostOutputsTogether = 2048;

/// H_O = 2/N Σ g gᵀ of a matrix's outputs, g the gradients of the end loss at them, in blocks along
/// its diagonal that together have a row for each output.
using OutputHessian = std::vector<Matrix>;

/// Rows of the blocks that H_O of `outputs` has: as few and as equal as can be.
std::vector<Eigen::Index> outputBlocks(Eigen::Index outputs);

/// H_O of rows 0, stride, 2·stride … of its matrix.
OutputHessian someOutputs(const OutputHessian& outputs, Eigen::Index stride);

/// H_O made ready for rounding: one block for each of its own.
struct OutputFactor {
    struct Block {
        Eigen::Index first; ///< output
        Matrix A; ///< H_O + λ, scaled to a mean diagonal of 1
        Matrix U; ///< upper triangular, A⁻¹ = Uᵀ U
    };
    std::vector<Block> blocks;
};

/// λ: the share `damping` of the mean diagonal of each block; the scale is one for all blocks. An
/// output that no loss depends on counts by λ alone; if none counts, all count the same. Throws
/// Error if H_O is not finite, Cancelled.
OutputFactor factorOutputs(const OutputHessian& outputs, double damping, const Progress& progress);

/// A · m, block by block: (out, n). Throws Cancelled.
Matrix weighedOutputs(const OutputFactor& outputs, const Matrix& m, const Progress& progress);

} // namespace core
