// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/generate/tokenstep.h"

#include "core/base/matrixvector.h"
#include "core/generate/mixerstep.h"
#include "core/generate/rowproduct.h"
#include "core/model/activation.h"
#include "core/model/linear.h"
#include "core/model/norm.h"

#include <cassert>

namespace core {

namespace {

    using matrixvector::multiplyAll;

    /// act(gate x) ∘ (up x), or act(up x), with the biases that there are.
    Matrix gatedOf(const Matrix& input, const LayerWeights& weights)
    {
        const FeedForwardSpec& spec = weights.spec.feedForward;
        Matrix up(1, spec.size), gate(1, spec.isGated ? spec.size : 0);
        std::vector<matrixvector::Product> products{ { weights.part(Role::FfnUp), up.data() } };
        if (spec.isGated)
            products.push_back({ weights.part(Role::FfnGate), gate.data() });
        multiplyAll(products, input.data());
        addBias(up, weights.biasOf(Role::FfnUp));
        const std::size_t size = std::size_t(spec.size);
        if (!spec.isGated) {
            activate(spec.activation, up.data(), size, up.data());
            return up;
        }
        addBias(gate, weights.biasOf(Role::FfnGate));
        activateTimes(spec.activation, gate.data(), up.data(), size, gate.data());
        return gate;
    }

    /// What an expert's matrices are, of its own or among the layer's.
    struct ExpertMatrices {
        const Matrix &gate, &up, &down;
        const Vector &gateBias, &upBias, &downBias;
    };

    Matrix expertOutput(const Matrix& input, const ExpertMatrices& expert, Activation activation)
    {
        Matrix gate(1, expert.gate.rows()), up(1, expert.up.rows());
        multiplyAll({ { expert.gate, gate.data() }, { expert.up, up.data() } }, input.data());
        addBias(gate, expert.gateBias);
        addBias(up, expert.upBias);
        activateTimes(activation, gate.data(), up.data(), std::size_t(gate.size()), gate.data());
        Matrix output = productOf(expert.down, gate);
        addBias(output, expert.downBias);
        return output;
    }

    Matrix sharedOutput(const Matrix& input, const LayerWeights& weights, const Progress& progress)
    {
        const Vector none;
        Matrix output = expertOutput(input,
            { weights.matrix(Role::FfnGateShexp), weights.matrix(Role::FfnUpShexp),
                weights.matrix(Role::FfnDownShexp), none, none, none },
            weights.spec.experts->activation);
        if (const Vector shares = sharedWeights(input, weights, progress); shares.size() > 0)
            output *= shares[0];
        return output;
    }

    /// What the experts that the router chooses for the token make of it, the shared one too.
    Matrix expertsOutput(const Matrix& routed, const Matrix& input, const LayerStep& step)
    {
        const LayerWeights& weights = step.weights;
        const ExpertsSpec& spec = *weights.spec.experts;
        const Vector& router = weights.vector(Role::FfnGateInp);
        Matrix logits
            = productOf(Eigen::Map<const Matrix>(router.data(), spec.count, routed.cols()), routed);
        const ChosenExperts chosen = routeToken(logits.row(0), weights);
        Matrix sum = Matrix::Zero(1, input.cols());
        for (std::size_t i = 0; i < chosen.experts.size(); ++i) {
            step.progress.checkCancelled();
            const ExpertWeights& expert = step.experts(chosen.experts[i]);
            sum += chosen.weights[i]
                * expertOutput(input,
                    { expert.gate, expert.up, expert.down, expert.gateBias, expert.upBias,
                        expert.downBias },
                    spec.activation);
        }
        if (spec.sharedSize > 0)
            sum += sharedOutput(input, weights, step.progress);
        return sum;
    }

    /// hidden += scale · what the experts, and a feed-forward beside them, make of the token.
    void addExpertsOutput(MatrixBlock hidden, const Matrix& input, const LayerStep& step)
    {
        const LayerWeights& weights = step.weights;
        if (!weights.spec.experts->isBeside) {
            hidden += weights.spec.residualScale * expertsOutput(input, input, step);
            return;
        }
        const Matrix sum = expertsOutput(routerInput(hidden, weights, step.progress),
            expertsInput(hidden, weights, step.progress), step);
        const Matrix written = productOf(weights.matrix(Role::FfnDown), gatedOf(input, weights));
        hidden
            += weights.spec.residualScale * besideFeedForward(written, sum, weights, step.progress);
    }

    Matrix mixed(const Matrix& input, const LayerStep& step)
    {
        const LayerSpec& spec = step.weights.spec;
        if (spec.deltaNet)
            return stepDeltaNet(input, step);
        if (spec.shortConvolution)
            return stepShortConvolution(input, step);
        return spec.attention.latent ? stepLatentAttention(input, step)
                                     : stepAttention(input, step);
    }

    /// hidden += after(proj · (act(inp_gate · hidden) ∘ the layer's own input)).
    void addOwnInput(MatrixBlock hidden, const LayerStep& step)
    {
        const LayerWeights& weights = step.weights;
        const PerLayerSpec& spec = *weights.spec.perLayer;
        assert(step.token.perLayer);
        const Matrix own = step.token.perLayer->row(step.token.id, spec.layer, step.progress);
        Matrix gated = productOf(weights.matrix(Role::PerLayerInpGate), hidden);
        activateTimes(
            spec.activation, gated.data(), own.data(), std::size_t(gated.size()), gated.data());
        const Norm norm{ weights.spec.norm, weights.spec.epsilon,
            &weights.vector(Role::PerLayerPostNorm), nullptr };
        hidden += normed(productOf(weights.matrix(Role::PerLayerProj), gated), norm, step.progress);
    }

} // namespace

void stepToken(MatrixBlock hidden, const LayerStep& step)
{
    const LayerWeights& weights = step.weights;
    const Progress& progress = step.progress;
    const LayerSpec& spec = weights.spec;
    Matrix input;
    if (spec.isParallel)
        input = feedForwardInput(hidden, weights, progress);
    const Matrix context = mixed(attentionInput(hidden, weights, progress), step);
    const Role writer = spec.mixerOutput();
    addWritten(hidden, productOf(weights.matrix(writer), context), weights, writer,
        spec.attentionPostNorm, progress);
    if (!spec.isParallel)
        input = feedForwardInput(hidden, weights, progress);
    if (spec.experts)
        addExpertsOutput(hidden, input, step);
    else
        addWritten(hidden, productOf(weights.matrix(Role::FfnDown), gatedOf(input, weights)),
            weights, Role::FfnDown, spec.feedForwardPostNorm, progress);
    if (spec.perLayer)
        addOwnInput(hidden, step);
    scaleOutput(hidden, weights);
}

} // namespace core
