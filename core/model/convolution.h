// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
#include "core/base/progress.h"

#include <cstddef>
#include <functional>

namespace core {

/// Replaces each channel of `x` (sequences × length, channels) by its causal convolution with that
/// channel's row of `weights` (channels, kernel; row-major, one row after the other):
/// y_t = Σ_j weights_j · x_{t − kernel + 1 + j}, zeros before a sequence's first token. `before`
/// (null: zeros) has the kernel − 1 rows before the first one of the only sequence, or nothing for
/// zeros, and is left with those before the row that would follow. `finish` (may be empty) is then
/// called with each stretch of a row, its values and their number, and may change them. On all
/// processors, the same bits for any number of them.
/// Requires: x.rows() % length == 0, weights.size() == x.cols() × kernel; with `before`, x.rows()
/// == length.
void convolveCausally(MatrixBlock x, const Vector& weights, int length, Matrix* before,
    const std::function<void(float*, std::size_t)>& finish, const Progress& progress);

/// The transpose of it, which brings gradients back: each channel of `g` becomes
/// Σ_j weights_j · g_{t + kernel − 1 − j}, zeros behind a sequence's last token. The same bits for
/// any number of threads.
void convolveBack(MatrixBlock g, const Vector& weights, int length, const Progress& progress);

} // namespace core
