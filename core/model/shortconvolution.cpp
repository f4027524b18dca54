// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/shortconvolution.h"

#include "core/model/convolution.h"
#include "core/model/linear.h"

#include <array>
#include <cassert>
#include <utility>

namespace core {

Matrix shortConvolutionContext(const MatrixView& input, const LayerWeights& weights, int length,
    RecurrentState* state, const Progress& progress)
{
    assert(weights.spec.shortConvolution);
    const Matrix& projection = weights.matrix(Role::ShortConvIn);
    const Eigen::Index channels = projection.rows() / 3;
    std::vector<MatrixView> thirds;
    for (Eigen::Index third = 0; third < 3; ++third)
        thirds.push_back(projection.middleRows(third * channels, channels));
    std::vector<Matrix> made = linear(input, thirds, progress);
    return shortConvolved(made[0], made[1], std::move(made[2]), weights, length, state, progress);
}

Matrix shortConvolved(const MatrixView& B, const MatrixView& C, Matrix x,
    const LayerWeights& weights, int length, RecurrentState* state, const Progress& progress)
{
    x.array() *= B.array();
    convolveCausally(x, weights.vector(Role::ShortConvConv), length,
        state ? &state->inputs : nullptr, {}, progress);
    x.array() *= C.array();
    return x;
}

} // namespace core
