// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
#include "core/base/progress.h"

#include <functional>
#include <vector>

namespace core {

/// A piece of the outputs of linear layers that read the same rows.
struct LinearTile {
    Eigen::Index firstRow, rows; ///< rows at most LinearTile::height
    std::size_t matrix; ///< which of the linear layers
    Eigen::Index firstOutput, outputs;

    /// Every matrix product has this many rows, short tiles filled up with zeros: products of other
    /// heights may take other paths in OpenBLAS, which round differently.
    static constexpr Eigen::Index height = 128;
    static constexpr Eigen::Index width = 512; ///< outputs of a tile: with 128 rows some 10 ms
                                               ///< at 14,336 inputs
};

/// Calls body for every tile of `rows` × outputs[0], outputs[1], …, on all processors, asking
/// `progress` before each whether to stop.
void forLinearTiles(Eigen::Index rows, const std::vector<Eigen::Index>& outputs,
    const Progress& progress, const std::function<void(const LinearTile&)>& body);

/// block = the tile's part of input · weightᵀ, and block += it. `block` is (tile.rows,
/// tile.outputs).
void setLinear(
    MatrixBlock block, const LinearTile& tile, const MatrixView& input, const MatrixView& weight);
void addLinear(
    MatrixBlock block, const LinearTile& tile, const MatrixView& input, const MatrixView& weight);

/// hidden += input · weightᵀ, on all processors.
void addLinear(MatrixBlock hidden, const MatrixView& input, const MatrixView& weight,
    const Progress& progress);

/// input · weightᵀ, on all processors.
Matrix linearProduct(const MatrixView& input, const MatrixView& weight, const Progress& progress);

/// rows += bias, where there is one (else of size 0).
void addBias(Matrix& rows, const Vector& bias);

/// (input · weightᵀ) for each of `weights`, on all processors.
std::vector<Matrix> linear(
    const MatrixView& input, const std::vector<MatrixView>& weights, const Progress& progress);

} // namespace core
