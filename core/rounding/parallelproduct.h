// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/blas.h"
#include "core/base/matrix.h"
#include "core/base/progress.h"

#include <functional>

namespace core {

/// Calls body(row, column, height, width) for the blocks of a product of (rows, columns), one a
/// task on all processors: as large as they may be, because OpenBLAS packs both factors anew for
/// each, but enough that no processor waits long. They depend on the product's shape alone.
void forProductBlocks(Eigen::Index rows, Eigen::Index columns,
    const std::function<void(Eigen::Index, Eigen::Index, Eigen::Index, Eigen::Index)>& body);

/// c = alpha · a b + beta · c with c (rows, columns), a (rows, inner) and b (inner, columns) after
/// transposing it if `side` says so. On all processors, by blocks of c that depend on its shape
/// alone, so the same bits for any number of
/// them. Throws Cancelled, c then half done.
void multiplyInParallel(float alpha, const MatrixView& a, const MatrixView& b, blas::Side side,
    float beta, MatrixBlock c, const Progress& progress);

} // namespace core
