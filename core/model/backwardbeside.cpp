// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/backwardsteps.h"
#include "core/model/experts.h"
#include "core/model/linear.h"

#include <utility>

namespace core::backward {

namespace {

    /// A norm of this layer by its role, forward.
    Matrix normedAs(Role role, const Matrix& x, const Step& step)
    {
        const LayerSpec& spec = step.weights.spec;
        return normed(
            x, { spec.norm, spec.epsilon, &step.weights.vector(role), nullptr }, step.progress);
    }

} // namespace

// hidden += scale · after(post_1(down · gated) + post_2(experts)): core/model/experts.cpp.
Matrix throughExpertsBeside(const MatrixView& g, const MatrixView& hidden, const Step& step)
{
    const LayerWeights& weights = step.weights;
    const LayerSpec& spec = weights.spec;
    const Matrix input = feedForwardInput(hidden, weights, step.progress);
    const Matrix read = expertsInput(hidden, weights, step.progress);
    const Matrix routed = routerInput(hidden, weights, step.progress);
    FeedForwardWay way = feedForwardWay(input, step);
    const Matrix written = linearProduct(way.gated, weights.matrix(Role::FfnDown), step.progress);
    const Matrix sum
        = expertsSum(read, routeTokens(routed, weights, step.progress), weights, {}, step.progress);

    Matrix gBoth = spec.residualScale * g;
    if (const auto after = spec.feedForwardPostNorm) {
        const Matrix both
            = normedAs(Role::PostFfwNorm1, written, step) + normedAs(Role::PostFfwNorm2, sum, step);
        gBoth = throughNormBefore(both, std::move(gBoth), after, step);
    }
    const MixtureGradients mixture = throughMixture(
        throughNormBefore(sum, gBoth, Role::PostFfwNorm2, step), read, routed, step);
    const Matrix gInput = throughFeedForwardWay(
        throughNormBefore(written, gBoth, Role::PostFfwNorm1, step), std::move(way), input, step);

    Matrix result = throughNormBefore(hidden, gInput, spec.feedForwardNorm, step);
    result += throughNormBefore(hidden, mixture.read, Role::PreFfwNorm2, step);
    const Vector scale = routerScale(weights, hidden.cols());
    result += throughNorm(
        hidden, mixture.routed, { spec.norm, spec.epsilon, &scale, nullptr }, step.progress);
    return result;
}

} // namespace core::backward
