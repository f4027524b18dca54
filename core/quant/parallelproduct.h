// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
#include "core/base/progress.h"
#include "core/quant/blas.h"

namespace core {

/// c = alpha · a b + beta · c with c (rows, columns), a (rows, inner) and b (inner, columns) after
/// transposing it if `side` says so. On all processors, by blocks of c that depend on its shape
/// alone, so the same bits for any number of them. Throws Cancelled, c then half done.
void multiplyInParallel(float alpha, const MatrixView& a, const MatrixView& b, blas::Side side,
    float beta, MatrixBlock c, const Progress& progress);

} // namespace core
