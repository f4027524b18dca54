// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"

#include <vector>

namespace core {

// Linear layers of one token.

/// weight · x, (1, out), on all processors. x (1, in).
Matrix productOf(const MatrixView& weight, const Matrix& x);
/// The same with each of `weights`.
std::vector<Matrix> productsOf(const std::vector<MatrixView>& weights, const Matrix& x);

} // namespace core
