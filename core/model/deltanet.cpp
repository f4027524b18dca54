// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/deltanet.h"

#include "core/base/parallel.h"
#include "core/base/vectormath.h"
#include "core/model/convolution.h"
#include "core/model/linear.h"
#include "core/model/norm.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <vector>

namespace core {

namespace {

    using Index = Eigen::Index;

    constexpr Index chunk = 64; // tokens: products are large enough, the triangles still small
    constexpr Index step = 16; // rows of the system solved one by one
    constexpr float unitLengthEpsilon = 1e-6f; // of l2norm in transformers' modeling_qwen3_5.py

    /// One chunk: what its tokens do to the state and get from it.
    struct Chunk {
        MatrixView q, k, v;
        Vector decayed; ///< e^(decay of the tokens up to each, its own included)
        Vector remaining; ///< e^(decay of those after each)
        Matrix within; ///< (i, j): e^(decay of those after j up to i), j ≤ i; 0 behind
    };

    Chunk chunkOf(const DeltaRuleInputs& inputs, Index first, Index count)
    {
        Chunk result{ inputs.q.middleRows(first, count), inputs.k.middleRows(first, count),
            inputs.v.middleRows(first, count), Vector(count), Vector(count),
            Matrix::Zero(count, count) };
        std::array<double, chunk> sums{};
        double sum = 0;
        for (Index i = 0; i < count; ++i)
            sums[std::size_t(i)] = sum += double(inputs.decay[first + i]);
        for (Index i = 0; i < count; ++i) {
            result.decayed[i] = std::exp(float(sums[std::size_t(i)]));
            result.remaining[i] = std::exp(float(sum - sums[std::size_t(i)]));
            for (Index j = 0; j <= i; ++j)
                result.within(i, j) = std::exp(float(sums[std::size_t(i)] - sums[std::size_t(j)]));
        }
        return result;
    }

    /// X ← (I + L)⁻¹ X, L the part of `system` strictly below its diagonal.
    void solveUnitLower(const Matrix& system, Matrix& X)
    {
        Matrix known;
        for (Index first = 0; first < X.rows(); first += step) {
            const Index count = std::min(step, X.rows() - first);
            if (first > 0) {
                known.resize(count, X.cols());
                setProduct(known, system.block(first, 0, count, first), X.topRows(first));
                X.middleRows(first, count) -= known;
            }
            for (Index row = first + 1; row < first + count; ++row)
                for (Index before = first; before < row; ++before)
                    X.row(row) -= system(row, before) * X.row(before);
        }
    }

    /// What the tokens of a chunk write into the state, before it decays: row t is
    /// rate_t · (v_t − S_tᵀ k_t), S_t the state that token t finds.
    Matrix written(const Chunk& part, const Matrix& state, const Eigen::Ref<const Vector>& rate)
    {
        Matrix updates(part.k.rows(), part.k.cols());
        setProduct(updates, part.k, state);
        updates = rate.asDiagonal() * (part.v - part.decayed.asDiagonal() * updates).eval();
        Matrix system(part.k.rows(), part.k.rows());
        setProductTransposed(system, part.k, part.k);
        system = (rate.asDiagonal() * system.cwiseProduct(part.within)).eval();
        solveUnitLower(system, updates);
        return updates;
    }

    /// The outputs of a chunk, and its state moved on.
    void passChunk(
        MatrixBlock output, const Chunk& part, Matrix& state, const Eigen::Ref<const Vector>& rate)
    {
        const Matrix updates = written(part, state, rate);
        setProduct(output, part.q, state);
        Matrix scores(part.q.rows(), part.q.rows());
        setProductTransposed(scores, part.q, part.k);
        scores = scores.cwiseProduct(part.within).eval();
        Matrix inside(part.q.rows(), part.q.cols());
        setProduct(inside, scores, updates);
        output = part.decayed.asDiagonal() * output + inside;

        const Matrix keys = (part.remaining.asDiagonal() * part.k).transpose();
        Matrix added(state.rows(), state.cols());
        setProduct(added, keys, updates);
        state = part.decayed[part.decayed.size() - 1] * state + added;
    }

    DeltaNetProjections projectAll(
        const MatrixView& input, const LayerWeights& weights, const Progress& progress)
    {
        std::vector<MatrixView> parts;
        for (const Role role : { Role::AttnQkv, Role::AttnGate, Role::SsmAlpha, Role::SsmBeta })
            parts.push_back(weights.matrix(role));
        std::vector<Matrix> made = linear(input, parts, progress);
        return { std::move(made[0]), std::move(made[1]), std::move(made[2]), std::move(made[3]) };
    }

    void siluInPlace(float* values, std::size_t count)
    {
        const std::vector<float> ones(count, 1.0f);
        vectormath::siluTimes(values, ones.data(), count, values);
    }

    /// Brings each head of queries and keys to length 1, queries divided by √headDim.
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

    float softplus(float x) { return x > 20 ? x : std::log1p(std::exp(x)); } // as torch does

    DeltaRuleInputs inputsOf(const DeltaNetProjections& projected, const LayerWeights& weights,
        Index start, Index length, int head)
    {
        const DeltaNetSpec& spec = *weights.spec.deltaNet;
        const auto heads = [&](Index first, Index which) {
            return projected.mixed.block(start, first + which * spec.headDim, length, spec.headDim);
        };
        const Index key = head % spec.keyHeads;
        DeltaRuleInputs inputs{ heads(0, key), heads(spec.keys(), key),
            heads(2 * spec.keys(), head), Vector(length), Vector(length) };
        const float rate = weights.vector(Role::SsmA)[head];
        const Vector* biases = weights.findVector(Role::SsmDt);
        const float bias = biases ? (*biases)[head] : 0;
        for (Index token = 0; token < length; ++token) {
            inputs.decay[token] = rate * softplus(projected.alpha(start + token, head) + bias);
            inputs.rate[token] = 1 / (1 + std::exp(-projected.beta(start + token, head)));
        }
        return inputs;
    }

} // namespace

Matrix gatedDeltaRule(const DeltaRuleInputs& inputs)
{
    Matrix state = Matrix::Zero(inputs.k.cols(), inputs.k.cols());
    return gatedDeltaRule(inputs, state);
}

Matrix gatedDeltaRule(const DeltaRuleInputs& inputs, Matrix& state)
{
    const Index tokens = inputs.k.rows(), headDim = inputs.k.cols();
    Matrix output(tokens, headDim);
    for (Index first = 0; first < tokens; first += chunk) {
        const Index count = std::min(chunk, tokens - first);
        passChunk(output.middleRows(first, count), chunkOf(inputs, first, count), state,
            inputs.rate.segment(first, count));
    }
    return output;
}

Matrix deltaNetContext(const MatrixView& input, const LayerWeights& weights, int length,
    RecurrentState* state, const Progress& progress)
{
    return deltaNetOutputs(projectAll(input, weights, progress), weights, length, state, progress);
}

Matrix deltaNetOutputs(DeltaNetProjections projected, const LayerWeights& weights, int length,
    RecurrentState* state, const Progress& progress)
{
    const Index rows = projected.mixed.rows();
    assert(length > 0 && rows % length == 0 && weights.spec.deltaNet);
    assert(!state || rows == length);
    const DeltaNetSpec& spec = *weights.spec.deltaNet;
    convolveCausally(projected.mixed, weights.vector(Role::SsmConv1d), length,
        state ? &state->inputs : nullptr, siluInPlace, progress);
    bringToLength(projected.mixed, spec);

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
        const DeltaRuleInputs inputs = inputsOf(projected, weights, start, length, head);
        Matrix output = state ? gatedDeltaRule(inputs, state->heads[std::size_t(head)])
                              : gatedDeltaRule(inputs);
        const Index column = Index(head) * spec.headDim;
        for (Index token = 0; token < length; ++token) {
            float* row = output.row(token).data();
            normRow(
                row, headDim, NormKind::RootMeanSquare, weights.spec.epsilon, norm, nullptr, row);
            vectormath::siluTimes(projected.gate.row(start + token).data() + column, row, headDim,
                context.row(start + token).data() + column);
        }
    });
    return context;
}

} // namespace core
