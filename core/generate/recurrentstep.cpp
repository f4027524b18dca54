// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/generate/mixerstep.h"
#include "core/generate/rowproduct.h"
#include "core/model/deltanet.h"
#include "core/model/shortconvolution.h"

#include <utility>

namespace core {

Matrix stepDeltaNet(const Matrix& input, const LayerStep& step)
{
    const LayerWeights& weights = step.weights;
    std::vector<Matrix> made
        = productsOf({ weights.matrix(Role::AttnQkv), weights.matrix(Role::AttnGate),
                         weights.matrix(Role::SsmAlpha), weights.matrix(Role::SsmBeta) },
            input);
    return deltaNetOutputs(
        { std::move(made[0]), std::move(made[1]), std::move(made[2]), std::move(made[3]) }, weights,
        1, &step.memory.recurrent, step.progress);
}

Matrix stepShortConvolution(const Matrix& input, const LayerStep& step)
{
    const Matrix all = productOf(step.weights.matrix(Role::ShortConvIn), input); // B, C and x
    const Eigen::Index channels = all.cols() / 3;
    return shortConvolved(all.leftCols(channels), all.middleCols(channels, channels),
        all.rightCols(channels), step.weights, 1, &step.memory.recurrent, step.progress);
}

} // namespace core
