// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
#include "core/base/progress.h"
#include "core/base/symmetricmatrix.h"
#include "core/base/uppertriangular.h"

#include <optional>

namespace core {

/// U, upper triangular with positive diagonal, with (H + diag(added))⁻¹ = Uᵀ U; zeros below.
/// Nothing if the sum is not positive definite. Needs no inverse of H: with J the reversal of rows
/// and columns and J (H + …) J = L Lᵀ (Cholesky), U = J L⁻¹ J. Blocked, in double, on all
/// processors; the same bits for any number of them. `H` (n, n) symmetric, `added` (n). L takes
/// 4 n² bytes, L⁻¹ its place, and U the place of that. Throws Cancelled.
std::optional<UpperTriangular> inverseFactor(
    const SymmetricMatrix& H, const Eigen::VectorXd& added, const Progress& progress);
/// The same for small matrices.
std::optional<Matrix> inverseFactor(
    const MatrixD& H, const Eigen::VectorXd& added, const Progress& progress);

} // namespace core
