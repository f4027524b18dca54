// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/layer.h"

#include "core/base/parallel.h"
#include "core/base/vectormath.h"
#include "core/model/linear.h"

#include <cassert>
#include <cmath>

namespace core {

namespace {

    const Tensor& tensorAt(const Checkpoint& checkpoint, Role role, int layer)
    {
        const Tensor* tensor = checkpoint.find({ role, layer });
        assert(tensor);
        return *tensor;
    }

    Vector loadNorm(const Checkpoint& checkpoint, Role role, int layer, const Progress& progress)
    {
        return decodeFinite(tensorAt(checkpoint, role, layer), progress).row(0);
    }

    /// Each row over its root mean square, times `weight` (Zhang and Sennrich 2019, equation 4).
    Matrix rootMeanSquareNorm(
        const MatrixView& x, const Vector& weight, float epsilon, const Progress& progress)
    {
        assert(x.cols() == weight.size());
        Matrix result(x.rows(), x.cols());
        const std::size_t columns = std::size_t(x.cols());
        constexpr Eigen::Index tile = 64; // rows
        parallelFor(std::size_t((x.rows() + tile - 1) / tile), [&](std::size_t task) {
            progress.checkCancelled();
            const Eigen::Index first = Eigen::Index(task) * tile;
            for (Eigen::Index row = first; row < std::min(first + tile, x.rows()); ++row) {
                const float* values = x.data() + row * x.outerStride();
                const double meanSquare
                    = vectormath::sumOfSquares(values, columns) / double(columns);
                const float scale = 1.0f / std::sqrt(float(meanSquare) + epsilon);
                vectormath::scaledProduct(
                    values, scale, weight.data(), columns, result.row(row).data());
            }
        });
        return result;
    }

} // namespace

const Matrix& LayerWeights::matrix(Role role) const
{
    switch (role) {
    case Role::AttnQ:
        return q;
    case Role::AttnK:
        return k;
    case Role::AttnV:
        return v;
    case Role::AttnOutput:
        return output;
    case Role::FfnGate:
        return gate;
    case Role::FfnUp:
        return up;
    default:
        assert(role == Role::FfnDown);
        return down;
    }
}

Matrix& LayerWeights::matrix(Role role)
{
    return const_cast<Matrix&>(std::as_const(*this).matrix(role));
}

LayerWeights loadLayer(const Checkpoint& checkpoint, int layer, const Progress& progress)
{
    LayerWeights weights;
    weights.attnNorm = loadNorm(checkpoint, Role::AttnNorm, layer, progress);
    weights.ffnNorm = loadNorm(checkpoint, Role::FfnNorm, layer, progress);
    for (const Role role : layerMatrixRoles())
        weights.matrix(role) = decodeFinite(tensorAt(checkpoint, role, layer), progress);
    return weights;
}

Matrix attentionInput(const MatrixView& hidden, const LayerWeights& weights,
    const ModelConfig& config, const Progress& progress)
{
    return rootMeanSquareNorm(hidden, weights.attnNorm, config.normEpsilon, progress);
}

Matrix feedForwardInput(const MatrixView& hidden, const LayerWeights& weights,
    const ModelConfig& config, const Progress& progress)
{
    return rootMeanSquareNorm(hidden, weights.ffnNorm, config.normEpsilon, progress);
}

Matrix feedForwardGated(
    const MatrixView& input, const LayerWeights& weights, const Progress& progress)
{
    Matrix gated(input.rows(), weights.gate.rows());
    forLinearTiles(input.rows(), { gated.cols() }, progress, [&](const LinearTile& tile) {
        Matrix gate(tile.rows, tile.outputs), up(tile.rows, tile.outputs);
        setLinear(gate, tile, input, weights.gate);
        setLinear(up, tile, input, weights.up);
        for (Eigen::Index row = 0; row < tile.rows; ++row)
            vectormath::siluTimes(gate.row(row).data(), up.row(row).data(),
                std::size_t(tile.outputs), &gated(tile.firstRow + row, tile.firstOutput));
    });
    return gated;
}

void addLinear(
    MatrixBlock hidden, const MatrixView& input, const Matrix& weight, const Progress& progress)
{
    forLinearTiles(input.rows(), { weight.rows() }, progress, [&](const LinearTile& tile) {
        addLinear(hidden.block(tile.firstRow, tile.firstOutput, tile.rows, tile.outputs), tile,
            input, weight);
    });
}

Matrix headInput(const MatrixView& hidden, const Checkpoint& checkpoint, const Progress& progress)
{
    return rootMeanSquareNorm(hidden, loadNorm(checkpoint, Role::OutputNorm, -1, progress),
        checkpoint.config().normEpsilon, progress);
}

} // namespace core
