// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/linear.h"

#include "core/base/parallel.h"

#include <algorithm>

namespace core {

namespace {

    Eigen::Index tilesIn(Eigen::Index size, Eigen::Index tile) { return (size + tile - 1) / tile; }

    /// `rows` under them rows of zeros, LinearTile::height in all.
    Matrix filledUp(const MatrixView& rows)
    {
        Matrix filled = Matrix::Zero(LinearTile::height, rows.cols());
        filled.topRows(rows.rows()) = rows;
        return filled;
    }

    using Product = void (*)(MatrixBlock c, const MatrixView& a, const MatrixView& b);

    void multiply(Product product, MatrixBlock& block, const LinearTile& tile,
        const MatrixView& input, const MatrixView& weight)
    {
        const auto rows = input.middleRows(tile.firstRow, tile.rows);
        const auto outputs = weight.middleRows(tile.firstOutput, tile.outputs);
        if (tile.rows == LinearTile::height) {
            product(block, rows, outputs);
            return;
        }
        Matrix filled = filledUp(block);
        product(filled, filledUp(rows), outputs);
        block = filled.topRows(tile.rows);
    }

} // namespace

void forLinearTiles(Eigen::Index rows, const std::vector<Eigen::Index>& outputs,
    const Progress& progress, const std::function<void(const LinearTile&)>& body)
{
    std::vector<LinearTile> tiles;
    for (std::size_t matrix = 0; matrix < outputs.size(); ++matrix) {
        // Equal widths: 576 outputs are two tiles of 288, not one of 512 and one of 64.
        const Eigen::Index count = tilesIn(outputs[matrix], LinearTile::width);
        const Eigen::Index width = tilesIn(tilesIn(outputs[matrix], count), 16) * 16;
        for (Eigen::Index first = 0; first < outputs[matrix]; first += width) {
            for (Eigen::Index row = 0; row < rows; row += LinearTile::height)
                tiles.push_back({ row, std::min(LinearTile::height, rows - row), matrix, first,
                    std::min(width, outputs[matrix] - first) });
        }
    }
    parallelFor(tiles.size(), [&](std::size_t i) {
        progress.checkCancelled();
        body(tiles[i]);
    });
}

void setLinear(
    MatrixBlock block, const LinearTile& tile, const MatrixView& input, const MatrixView& weight)
{
    multiply(setProductTransposed, block, tile, input, weight);
}

void addLinear(
    MatrixBlock block, const LinearTile& tile, const MatrixView& input, const MatrixView& weight)
{
    multiply(addProductTransposed, block, tile, input, weight);
}

void addLinear(
    MatrixBlock hidden, const MatrixView& input, const MatrixView& weight, const Progress& progress)
{
    forLinearTiles(input.rows(), { weight.rows() }, progress, [&](const LinearTile& tile) {
        addLinear(hidden.block(tile.firstRow, tile.firstOutput, tile.rows, tile.outputs), tile,
            input, weight);
    });
}

Matrix linearProduct(const MatrixView& input, const MatrixView& weight, const Progress& progress)
{
    return std::move(linear(input, { weight }, progress).front());
}

void addBias(Matrix& rows, const Vector& bias)
{
    if (bias.size() > 0)
        rows.rowwise() += bias.transpose();
}

std::vector<Matrix> linear(
    const MatrixView& input, const std::vector<MatrixView>& weights, const Progress& progress)
{
    std::vector<Matrix> results;
    std::vector<Eigen::Index> outputs;
    for (const MatrixView& weight : weights) {
        results.emplace_back(input.rows(), weight.rows());
        outputs.push_back(weight.rows());
    }
    forLinearTiles(input.rows(), outputs, progress, [&](const LinearTile& tile) {
        setLinear(
            results[tile.matrix].block(tile.firstRow, tile.firstOutput, tile.rows, tile.outputs),
            tile, input, weights[tile.matrix]);
    });
    return results;
}

} // namespace core
