// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/rounding/matrixrows.h"

namespace core {

MatrixRows MatrixRows::of(const MatrixView& W)
{
    const float* weights = W.data();
    const auto stride = std::size_t(W.outerStride());
    return { std::size_t(W.rows()), std::size_t(W.cols()),
        [=](std::size_t first, std::size_t, std::vector<float>&) {
            return Rows{ weights + first * stride, stride };
        } };
}

} // namespace core
