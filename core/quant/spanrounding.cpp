// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/spanrounding.h"

#include "core/quant/blas.h"
#include "core/quant/gridrounding.h"

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

    /// Rounds columns first … last − 1 of one row, all of one block whose scales are known.
    /// `w` and `err` are the row's, `codes` the block's.
    void roundColumns(const Format& format, const MatrixView& U, Index first, Index last,
        const BlockScales& scales, float* w, float* err, std::uint8_t* codes)
    {
        const Grid& grid = *format.grid;
        for (Index j = first; j < last; ++j) {
            const auto group = std::size_t(j % format.blockSize / grid.groupSize);
            const GridValue rounded
                = roundToGrid(grid, scales.step[group], scales.offset[group], w[j]);
            codes[j % format.blockSize] = rounded.code;
            const float* u = U.data() + j * U.outerStride();
            const float e = (w[j] - rounded.value) / u[j];
            err[j] = e;
            for (Index k = j + 1; k < last; ++k)
                w[k] -= e * u[k];
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
    std::vector<BlockScales> scales(static_cast<std::size_t>(rows));
    std::vector<std::uint8_t> codes(std::size_t(rows * blockSize));
    for (Index first = 0; first < width; first += panel) {
        const Index block = first - first % blockSize;
        const Index last = first + panel;
        std::byte* bytes = stored + std::size_t(block / blockSize) * std::size_t(format.blockBytes);
        if (first == block)
            format.encodeRows({ w.data() + block, std::size_t(w.outerStride()), std::size_t(rows),
                std::size_t(blockSize), importance.data() + block, bytes, rowBytes });
        for (Index i = 0; i < rows; ++i, bytes += rowBytes) {
            if (first == block)
                scales[std::size_t(i)] = format.grid->scales(bytes);
            std::uint8_t* blockCodes = codes.data() + i * blockSize;
            roundColumns(format, U, first, last, scales[std::size_t(i)], w.row(i).data(),
                err.row(i).data(), blockCodes);
            if (last == block + blockSize)
                format.grid->storeCodes(blockCodes, bytes);
        }
        if (last < width)
            blas::multiply(Side::Plain, Side::Plain, rows, width - last, panel, -1.0f,
                { err.data() + first, err.outerStride() },
                { U.data() + first * U.outerStride() + last, U.outerStride() }, 1.0f,
                { w.data() + last, w.outerStride() });
    }
}

} // namespace core
