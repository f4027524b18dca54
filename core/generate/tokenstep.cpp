// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/generate/tokenstep.h"

#include "core/base/matrixvector.h"
#include "core/base/parallel.h"
#include "core/model/activation.h"
#include "core/model/attention.h"

#include <algorithm>
#include <utility>

namespace core {

namespace {

    using Index = Eigen::Index;
    using matrixvector::multiplyAll;

    void addBias(Matrix& row, const Vector& bias)
    {
        if (bias.size() > 0)
            row.row(0) += bias.transpose();
    }

    /// weight · x, (1, out).
    Matrix productOf(const MatrixView& weight, const Matrix& x)
    {
        Matrix y(1, weight.rows());
        multiplyAll({ { weight, y.data() } }, x.data());
        return y;
    }

    AttentionHeads headsOf(const Matrix& input, const LayerWeights& weights, Index position)
    {
        const AttentionSpec& spec = weights.spec.attention;
        AttentionHeads heads{ Matrix(1, spec.queryRows()), Matrix(1, spec.keys()),
            Matrix(1, spec.keys()), {} };
        std::vector<matrixvector::Product> products{ { weights.part(Role::AttnQ), heads.q.data() },
            { weights.part(Role::AttnK), heads.k.data() } };
        if (!spec.valuesAreKeys)
            products.push_back({ weights.part(Role::AttnV), heads.v.data() });
        multiplyAll(products, input.data());
        addBias(heads.q, weights.biasOf(Role::AttnQ));
        addBias(heads.k, weights.biasOf(Role::AttnK));
        if (spec.valuesAreKeys)
            heads.v = heads.k;
        else
            addBias(heads.v, weights.biasOf(Role::AttnV));
        finishHeads(heads, weights, { int(position), 1 });
        return heads;
    }

    /// What one head makes of the keys that the last token sees: headDim floats at `context`.
    void attendHead(int head, const float* query, const KeyValueCache& cache,
        const LayerWeights& weights, float* context)
    {
        const AttentionSpec& spec = weights.spec.attention;
        const Index count
            = spec.window > 0 ? std::min<Index>(spec.window, cache.length()) : cache.length();
        const Index first = cache.length() - count;
        const Index column = Index(head / (spec.heads / spec.keyValueHeads)) * spec.headDim;
        Vector scores(count);
        matrixvector::multiply(
            cache.keys().block(first, column, count, spec.headDim), query, scores.data());
        const Vector* sinks = weights.findVector(Role::AttnSinks);
        weighScores(scores.data(), count, spec, sinks ? sinks->data() + head : nullptr);
        matrixvector::combineRows(
            cache.values().block(first, column, count, spec.headDim), scores.data(), context);
    }

    Matrix contextOf(
        const AttentionHeads& heads, const KeyValueCache& cache, const LayerWeights& weights)
    {
        const Matrix& q = heads.q;
        const AttentionSpec& spec = weights.spec.attention;
        Matrix context(1, q.cols());
        const auto attend = [&](std::size_t head) {
            const Index start = Index(head) * spec.headDim;
            attendHead(int(head), q.data() + start, cache, weights, context.data() + start);
        };
        constexpr Index worthThreads = 1 << 17; // products: some 20 µs
        if (cache.length() * q.cols() > worthThreads)
            parallelFor(std::size_t(spec.heads), attend);
        else
            for (std::size_t head = 0; head < std::size_t(spec.heads); ++head)
                attend(head);
        applyGate(context, heads.gate);
        return context;
    }

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

    void addChosenExperts(MatrixBlock hidden, const Matrix& input, const LayerWeights& weights,
        const ExpertLender& experts, const Progress& progress)
    {
        const ExpertsSpec& spec = *weights.spec.experts;
        const Vector& router = weights.vector(Role::FfnGateInp);
        Matrix logits
            = productOf(Eigen::Map<const Matrix>(router.data(), spec.count, input.cols()), input);
        if (const Vector* bias = weights.findVector(Role::FfnGateInpBias))
            addBias(logits, *bias);
        const ChosenExperts chosen
            = chooseExperts(logits.data(), weights.findVector(Role::ExpProbsBias), spec);
        Matrix sum = Matrix::Zero(1, input.cols());
        for (std::size_t i = 0; i < chosen.experts.size(); ++i) {
            progress.checkCancelled();
            const ExpertWeights& expert = experts(chosen.experts[i]);
            sum += chosen.weights[i]
                * expertOutput(input,
                    { expert.gate, expert.up, expert.down, expert.gateBias, expert.upBias,
                        expert.downBias },
                    spec.activation);
        }
        if (spec.sharedSize > 0)
            sum += sharedOutput(input, weights, progress);
        hidden += weights.spec.residualScale * sum;
    }

} // namespace

void stepToken(MatrixBlock hidden, const LayerWeights& weights, const ExpertLender& experts,
    KeyValueCache& cache, const Progress& progress)
{
    const LayerSpec& spec = weights.spec;
    Matrix input;
    if (spec.isParallel)
        input = feedForwardInput(hidden, weights, progress);
    const AttentionHeads heads
        = headsOf(attentionInput(hidden, weights, progress), weights, cache.length());
    cache.append(heads.k, heads.v);
    const Matrix context = contextOf(heads, cache, weights);
    addWritten(hidden, productOf(weights.matrix(Role::AttnOutput), context), weights,
        Role::AttnOutput, spec.attentionPostNorm, progress);
    if (!spec.isParallel)
        input = feedForwardInput(hidden, weights, progress);
    if (spec.experts)
        addChosenExperts(hidden, input, weights, experts, progress);
    else
        addWritten(hidden, productOf(weights.matrix(Role::FfnDown), gatedOf(input, weights)),
            weights, Role::FfnDown, spec.feedForwardPostNorm, progress);
    scaleOutput(hidden, weights);
}

} // namespace core
