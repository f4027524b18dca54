// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/deltanet.h"

#include "core/base/parallel.h"
#include "core/base/vectormath.h"
#include "core/model/convolution.h"
#include "core/model/linear.h"
#include "core/model/norm.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <vector>

namespace core {

namespace {

    using Index = Eigen::Index;

    void siluInPlace(float* values, std::size_t count)
    {
        const std::vector<float> ones(count, 1.0f);
        vectormath::siluTimes(values, ones.data(), count, values);
    }

    float softplus(float x) { return x > 20 ? x : std::log1p(std::exp(x)); } // as torch does

} // namespace

DeltaNetParts projectDeltaNet(
    const MatrixView& input, const LayerWeights& weights, const Progress& progress)
{
    std::vector<MatrixView> parts;
    for (const Role role : { Role::AttnQkv, Role::AttnGate, Role::SsmAlpha, Role::SsmBeta })
        parts.push_back(weights.matrix(role));
    std::vector<Matrix> made = linear(input, parts, progress);
    return { std::move(made[0]), std::move(made[1]), std::move(made[2]), std::move(made[3]) };
}

void bringToLength(Matrix& mixed, const DeltaNetSpec& spec)
{
    constexpr Index tile = 64;
    const std::size_t headDim = std::size_t(spec.headDim);
    const float queryScale = 1 / std::sqrt(float(spec.headDim));
    parallelFor(std::size_t((mixed.rows() + tile - 1) / tile), [&](std::size_t task) {
        const Index first = Index(task) * tile;
        for (Index row = first; row < std::min(first + tile, mixed.rows()); ++row)
            for (int head = 0; head < 2 * spec.keyHeads; ++head) {
                auto values = mixed.row(row).segment(Index(head) * spec.headDim, spec.headDim);
                const double square = vectormath::sumOfSquares(values.data(), headDim);
                const float scale = 1 / std::sqrt(float(square) + unitLengthEpsilon);
                values *= head < spec.keyHeads ? scale * queryScale : scale;
            }
    });
}

DeltaRuleInputs deltaRuleInputs(
    const DeltaNetParts& parts, const LayerWeights& weights, Index start, Index length, int head)
{
    const DeltaNetSpec& spec = *weights.spec.deltaNet;
    const auto heads = [&](Index first, Index which) {
        return parts.mixed.block(start, first + which * spec.headDim, length, spec.headDim);
    };
    const Index key = head % spec.keyHeads;
    DeltaRuleInputs inputs{ heads(0, key), heads(spec.keys(), key), heads(2 * spec.keys(), head),
        Vector(length), Vector(length) };
    const float rate = weights.vector(Role::SsmA)[head];
    const Vector* biases = weights.findVector(Role::SsmDt);
    const float bias = biases ? (*biases)[head] : 0;
    for (Index token = 0; token < length; ++token) {
        inputs.decay[token] = rate * softplus(parts.alpha(start + token, head) + bias);
        inputs.rate[token] = 1 / (1 + std::exp(-parts.beta(start + token, head)));
    }
    return inputs;
}

Matrix deltaNetContext(const MatrixView& input, const LayerWeights& weights, int length,
    RecurrentState* state, const Progress& progress)
{
    return deltaNetOutputs(
        projectDeltaNet(input, weights, progress), weights, length, state, progress);
}

Matrix deltaNetOutputs(DeltaNetParts parts, const LayerWeights& weights, int length,
    RecurrentState* state, const Progress& progress)
{
    const Index rows = parts.mixed.rows();
    assert(length > 0 && rows % length == 0 && weights.spec.deltaNet);
    assert(!state || rows == length);
    const DeltaNetSpec& spec = *weights.spec.deltaNet;
    convolveCausally(parts.mixed, weights.vector(Role::SsmConv1d), length,
        state ? &state->inputs : nullptr, siluInPlace, progress);
    bringToLength(parts.mixed, spec);

    const std::size_t headDim = std::size_t(spec.headDim);
    const float* norm = weights.vector(Role::SsmNorm).data();
    Matrix context(rows, spec.values());
    const std::size_t heads = std::size_t(spec.valueHeads);
    if (state && state->heads.empty())
        state->heads.assign(heads, Matrix::Zero(spec.headDim, spec.headDim));
    parallelFor(std::size_t(rows / length) * heads, [&](std::size_t task) {
        progress.checkCancelled();
        const Index start = Index(task / heads) * length;
        const int head = int(task % heads);
        const DeltaRuleInputs inputs = deltaRuleInputs(parts, weights, start, length, head);
        Matrix output = state ? gatedDeltaRule(inputs, state->heads[std::size_t(head)])
                              : gatedDeltaRule(inputs);
        const Index column = Index(head) * spec.headDim;
        for (Index token = 0; token < length; ++token) {
            float* row = output.row(token).data();
            normRow(
                row, headDim, NormKind::RootMeanSquare, weights.spec.epsilon, norm, nullptr, row);
            vectormath::siluTimes(parts.gate.row(start + token).data() + column, row, headDim,
                context.row(start + token).data() + column);
        }
    });
    return context;
}

} // namespace core
