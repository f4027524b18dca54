// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/shortconvolution.h"

#include "core/model/convolution.h"
#include "core/model/linear.h"

#include <array>
#include <cassert>
#include <utility>

namespace core {

Matrix shortConvolutionContext(
    const MatrixView& input, const LayerWeights& weights, int length, const Progress& progress)
{
    assert(weights.spec.shortConvolution);
    const Matrix& projection = weights.matrix(Role::ShortConvIn);
    const Eigen::Index channels = projection.rows() / 3;
    std::vector<MatrixView> thirds;
    for (Eigen::Index third = 0; third < 3; ++third)
        thirds.push_back(projection.middleRows(third * channels, channels));
    std::vector<Matrix> made = linear(input, thirds, progress);
    Matrix context = std::move(made[0]);
    context.array() *= made[2].array();
    convolveCausally(context, weights.vector(Role::ShortConvConv), length, {}, progress);
    context.array() *= made[1].array();
    return context;
}

} // namespace core
