// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/rounding/spanrounding.h"

#include "core/base/blas.h"
#include "core/rounding/gridrounding.h"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace core {

namespace {

    using Index = Eigen::Index;

    constexpr Index panelWidth = 32; // columns that are rounded one by one between two products

    /// The widest part of a block, at most panelWidth, of which the block is a whole number.
    Index panelOf(Index blockSize)
    {
        Index width = std::min(blockSize, panelWidth);
        while (blockSize % width != 0)
            --width;
        return width;
    }

    constexpr Index rowsTogether = 8; // their chains of operations overlap in the processor

    /// Rows whose blocks are being rounded, all at the same columns.
    struct RowsInWork {
        const Format& format;
        MatrixBlock w, err;
        std::vector<BlockScales> scales; ///< of each row's block
        std::vector<std::uint8_t> codes; ///< of each row's block
    };

    /// Rounds columns first … last − 1 of `count` rows from `row` on, all of one block a row.
    void roundColumns(
        RowsInWork& rows, const MatrixView& U, Index first, Index last, Index row, Index count)
    {
        const Grid& grid = *rows.format.grid;
        const Index blockSize = rows.format.blockSize;
        for (Index j = first; j < last; ++j) {
            const auto group = std::size_t(j % blockSize / grid.groupSize);
            const float* u = U.data() + j * U.outerStride();
            for (Index i = row; i < row + count; ++i) {
                const BlockScales& scales = rows.scales[std::size_t(i)];
                float* w = rows.w.data() + i * rows.w.outerStride();
                const GridValue rounded
                    = roundToGrid(grid, scales.step[group], scales.offset[group], w[j]);
                rows.codes[std::size_t(i * blockSize + j % blockSize)] = rounded.code;
                const float e = (w[j] - rounded.value) / u[j];
                rows.err(i, j) = e;
                for (Index k = j + 1; k < last; ++k)
                    w[k] -= e * u[k];
            }
        }
    }

} // namespace

void roundSpan(const Format& format, const MatrixView& U, std::span<const float> importance,
    MatrixBlock w, MatrixBlock err, std::byte* stored, std::size_t rowBytes)
{
    using blas::Side;
    const Index rows = w.rows();
    const Index width = w.cols();
    const Index blockSize = format.blockSize;
    const Index panel = panelOf(blockSize);
    RowsInWork work{ format, w, err, std::vector<BlockScales>(std::size_t(rows)),
        std::vector<std::uint8_t>(std::size_t(rows * blockSize)) };
    for (Index first = 0; first < width; first += panel) {
        const Index block = first - first % blockSize;
        const Index last = first + panel;
        std::byte* bytes = stored + std::size_t(block / blockSize) * std::size_t(format.blockBytes);
        if (first == block) {
            format.encodeRows({ w.data() + block, std::size_t(w.outerStride()), std::size_t(rows),
                std::size_t(blockSize), importance.data() + block, bytes, rowBytes });
            for (Index i = 0; i < rows; ++i)
                work.scales[std::size_t(i)]
                    = format.grid->scales(bytes + std::size_t(i) * rowBytes);
        }
        for (Index row = 0; row < rows; row += rowsTogether)
            roundColumns(work, U, first, last, row, std::min(rowsTogether, rows - row));
        if (last == block + blockSize)
            for (Index i = 0; i < rows; ++i)
                format.grid->storeCodes(
                    work.codes.data() + i * blockSize, bytes + std::size_t(i) * rowBytes);
        if (last < width)
            blas::multiply(Side::Plain, Side::Plain, rows, width - last, panel, -1.0f,
                { err.data() + first, err.outerStride() },
                { U.data() + first * U.outerStride() + last, U.outerStride() }, 1.0f,
                { w.data() + last, w.outerStride() });
    }
}

} // namespace core
