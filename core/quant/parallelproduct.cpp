// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/parallelproduct.h"

#include "core/base/parallel.h"

#include <algorithm>
#include <cassert>

namespace core {

namespace {

    using Index = Eigen::Index;

    Index countOf(Index size, Index part) { return (size + part - 1) / part; }

    /// The blocks of a product, one a task.
    struct Blocks {
        Index height = 1024, width = 512; ///< OpenBLAS packs both factors anew for each
        Index down, across;

        Blocks(Index rows, Index columns)
        {
            constexpr Index tasks = 16; // that are wanted, so that no processor waits long
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

void multiplyInParallel(float alpha, const MatrixView& a, const MatrixView& b, blas::Side side,
    float beta, MatrixBlock c, const Progress& progress)
{
    using blas::Side;
    assert(a.rows() == c.rows() && (side == Side::Plain ? b.rows() : b.cols()) == a.cols());
    assert((side == Side::Plain ? b.cols() : b.rows()) == c.cols());
    const Blocks blocks(c.rows(), c.cols());
    parallelFor(std::size_t(blocks.down * blocks.across), [&](std::size_t task) {
        progress.checkCancelled();
        const Index row = Index(task) % blocks.down * blocks.height;
        const Index column = Index(task) / blocks.down * blocks.width;
        blas::multiply(Side::Plain, side, std::min(blocks.height, c.rows() - row),
            std::min(blocks.width, c.cols() - column), a.cols(), alpha,
            { a.data() + row * a.outerStride(), a.outerStride() },
            { b.data() + column * (side == Side::Plain ? 1 : b.outerStride()), b.outerStride() },
            beta, { c.data() + row * c.outerStride() + column, c.outerStride() });
    });
}

} // namespace core
