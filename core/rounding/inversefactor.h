// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
#include "core/base/progress.h"

#include <optional>

namespace core {

/// U, upper triangular with positive diagonal, with (H + diag(added))⁻¹ = Uᵀ U; zeros below.
/// Nothing if the sum is not positive definite. Needs no inverse of H: with J the reversal of rows
/// and columns and J (H + …) J = L Lᵀ (Cholesky), U = J L⁻¹ J. Blocked, in double, on all
/// processors; the same bits for any number of them. `H` (n, n) symmetric, `added` (n).
/// Throws Cancelled.
std::optional<Matrix> inverseFactor(
    const MatrixD& H, const Eigen::VectorXd& added, const Progress& progress);

} // namespace core
