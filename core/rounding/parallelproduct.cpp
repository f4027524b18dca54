// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/rounding/parallelproduct.h"

#include "core/base/parallel.h"

#include <algorithm>
#include <cassert>

namespace core {

namespace {

    using Index = Eigen::Index;

    Index countOf(Index size, Index part) { return (size + part - 1) / part; }

    /// The size of a product's blocks, and how many there are.
    struct Blocks {
        Index height = 1024, width = 512;
        Index down, across;

        Blocks(Index rows, Index columns)
        {
            constexpr Index tasks = 16; // that are wanted
            constexpr Index smallest = 128;
            down = countOf(rows, height);
            across = countOf(columns, width);
            while (down * across < tasks && std::max(height, width) > smallest) {
                (height > width ? height : width) /= 2;
                down = countOf(rows, height);
                across = countOf(columns, width);
            }
        }
    };

} // namespace

void forProductBlocks(Eigen::Index rows, Eigen::Index columns,
    const std::function<void(Eigen::Index, Eigen::Index, Eigen::Index, Eigen::Index)>& body)
{
    const Blocks blocks(rows, columns);
    parallelFor(std::size_t(blocks.down * blocks.across), [&](std::size_t task) {
        const Index row = Index(task) % blocks.down * blocks.height;
        const Index column = Index(task) / blocks.down * blocks.width;
        body(row, column, std::min(blocks.height, rows - row),
            std::min(blocks.width, columns - column));
    });
}

void multiplyInParallel(float alpha, const MatrixView& a, const MatrixView& b, blas::Side side,
    float beta, MatrixBlock c, const Progress& progress)
{
    using blas::Side;
    assert(a.rows() == c.rows() && (side == Side::Plain ? b.rows() : b.cols()) == a.cols());
    assert((side == Side::Plain ? b.cols() : b.rows()) == c.cols());
    forProductBlocks(c.rows(), c.cols(), [&](Index row, Index column, Index height, Index width) {
        progress.checkCancelled();
        blas::multiply(Side::Plain, side, height, width, a.cols(), alpha,
            { a.data() + row * a.outerStride(), a.outerStride() },
            { b.data() + column * (side == Side::Plain ? 1 : b.outerStride()), b.outerStride() },
            beta, { c.data() + row * c.outerStride() + column, c.outerStride() });
    });
}

} // namespace core
