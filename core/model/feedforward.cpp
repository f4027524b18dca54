// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/vectormath.h"
#include "core/model/activation.h"
#include "core/model/layer.h"
#include "core/model/linear.h"

namespace core {

Matrix feedForwardGated(
    const MatrixView& input, const LayerWeights& weights, const Progress& progress)
{
    const FeedForwardSpec& spec = weights.spec.feedForward;
    const MatrixView upWeight = weights.part(Role::FfnUp);
    const Vector upBias = weights.biasOf(Role::FfnUp);
    const MatrixView gateWeight = spec.isGated ? weights.part(Role::FfnGate) : upWeight;
    const Vector gateBias = spec.isGated ? weights.biasOf(Role::FfnGate) : Vector();
    const auto set
        = [&](Matrix& block, const LinearTile& tile, const MatrixView& weight, const Vector& bias) {
              setLinear(block, tile, input, weight);
              if (bias.size() > 0)
                  block.rowwise() += bias.segment(tile.firstOutput, tile.outputs).transpose();
          };
    Matrix gated(input.rows(), spec.size);
    forLinearTiles(input.rows(), { gated.cols() }, progress, [&](const LinearTile& tile) {
        Matrix gate(tile.rows, tile.outputs), up(tile.rows, tile.outputs);
        if (spec.isGated)
            set(gate, tile, gateWeight, gateBias);
        set(up, tile, upWeight, upBias);
        for (Eigen::Index row = 0; row < tile.rows; ++row) {
            float* result = &gated(tile.firstRow + row, tile.firstOutput);
            const std::size_t count = std::size_t(tile.outputs);
            if (spec.isGated)
                activateTimes(
                    spec.activation, gate.row(row).data(), up.row(row).data(), count, result);
            else
                activate(spec.activation, up.row(row).data(), count, result);
        }
    });
    return gated;
}

} // namespace core
