// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/matrixvector.h"
#include "core/base/parallel.h"
#include "core/generate/mixerstep.h"
#include "core/generate/rowproduct.h"
#include "core/model/attention.h"

#include <algorithm>
#include <utility>

namespace core {

namespace {

    using Index = Eigen::Index;

    /// Queries of the token, and its keys and values where the layer makes them.
    AttentionHeads headsOf(const Matrix& input, const LayerStep& step)
    {
        const LayerWeights& weights = step.weights;
        const std::vector<MatrixView> matrices = weights.parts(headRoles(weights.spec.attention));
        AttentionHeads heads = projectedHeads(productsOf(matrices, input), weights);
        finishHeads(heads, weights, { step.token.position, 1 });
        return heads;
    }

    /// What one head makes of the keys that the last token sees: headDim floats at `context`.
    void attendHead(int head, const float* query, const LayerMemory& memory,
        const LayerWeights& weights, float* context)
    {
        const AttentionSpec& spec = weights.spec.attention;
        const Index length = memory.keys.length();
        const Index count = spec.window > 0 ? std::min<Index>(spec.window, length) : length;
        const Index first = length - count;
        const Index column = Index(head / (spec.heads / spec.keyValueHeads)) * spec.headDim;
        Vector scores(count);
        matrixvector::multiply(
            memory.keys.rows().block(first, column, count, spec.headDim), query, scores.data());
        const Vector* sinks = weights.findVector(Role::AttnSinks);
        weighScores(scores.data(), count, spec, sinks ? sinks->data() + head : nullptr);
        matrixvector::combineRows(
            memory.values.rows().block(first, column, count, spec.headDim), scores.data(), context);
    }

} // namespace

Matrix stepAttention(const Matrix& input, const LayerStep& step)
{
    const AttentionSpec& spec = step.weights.spec.attention;
    const AttentionHeads heads = headsOf(input, step);
    if (spec.makesKeys) {
        step.memory.keys.append(heads.k);
        step.memory.values.append(heads.v);
    }
    const LayerMemory& memory = spec.makesKeys ? step.memory : step.lender;
    const Matrix& q = heads.q;
    Matrix context(1, q.cols());
    const auto attend = [&](std::size_t head) {
        const Index start = Index(head) * spec.headDim;
        attendHead(int(head), q.data() + start, memory, step.weights, context.data() + start);
    };
    constexpr Index worthThreads = 1 << 17; // products: some 20 µs
    if (memory.keys.length() * q.cols() > worthThreads)
        parallelFor(std::size_t(spec.heads), attend);
    else
        for (std::size_t head = 0; head < std::size_t(spec.heads); ++head)
            attend(head);
    applyGate(context, heads.gate);
    return context;
}

} // namespace core
