// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/rounding/hessian.h"

#include "core/base/blas.h"
#include "core/base/parallel.h"

#include <algorithm>
#include <cassert>
#include <utility>
#include <vector>

namespace core {

namespace {

    /// Rows and columns of a block of the sum: large ones are packed less often by OpenBLAS, small
    /// ones waste less on the diagonal and leave no processor without work.
    Eigen::Index blockOf(Eigen::Index channels)
    {
        constexpr Eigen::Index panel = SymmetricMatrix::Panels::height;
        return channels >= 4096 ? 2 * panel : panel;
    }

    struct BlockPair {
        Eigen::Index row, column; ///< first channel of each
    };

    /// The blocks of the upper triangle, diagonal included.
    std::vector<BlockPair> upperBlocks(Eigen::Index channels)
    {
        const Eigen::Index step = blockOf(channels);
        std::vector<BlockPair> blocks;
        for (Eigen::Index row = 0; row < channels; row += step)
            for (Eigen::Index column = row; column < channels; column += step)
                blocks.push_back({ row, column });
        return blocks;
    }

    /// Adds to the upper triangle, from (row, column) on.
    void addTo(SymmetricMatrix::Panels& panels, Eigen::Index row, Eigen::Index column,
        const Matrix& product)
    {
        constexpr Eigen::Index step = SymmetricMatrix::Panels::height;
        for (Eigen::Index i = row; i < row + product.rows(); i += step) {
            auto panel = panels.panel(i / step);
            const Eigen::Index first = std::max(i, column);
            const Eigen::Index height = panel.rows(), width = column + product.cols() - first;
            panel.block(0, first - i, height, width)
                += product.block(i - row, first - column, height, width).cast<double>();
        }
    }

} // namespace

Hessian::Hessian(Eigen::Index channels)
    : m_sum(channels)
{
}

void Hessian::add(const MatrixView& x)
{
    assert(x.cols() == m_sum.rows());
    const Eigen::Index step = blockOf(m_sum.rows());
    const auto blocks = upperBlocks(m_sum.rows());
    parallelFor(blocks.size(), [&](std::size_t task) {
        const auto [row, column] = blocks[task];
        const Eigen::Index height = std::min(step, m_sum.rows() - row);
        const Eigen::Index width = std::min(step, m_sum.rows() - column);
        Matrix product(height, width);
        blas::multiply(blas::Side::Transposed, blas::Side::Plain, height, width, x.rows(), 1.0f,
            { x.data() + row, x.outerStride() }, { x.data() + column, x.outerStride() }, 0.0f,
            { product.data(), width });
        addTo(m_sum.panels(), row, column, product);
    });
    m_tokens += x.rows();
}

SymmetricMatrix Hessian::take()
{
    const double share = m_tokens > 0 ? 2.0 / double(m_tokens) : 0.0;
    parallelFor(std::size_t(m_sum.panels().count()), [&](std::size_t task) {
        auto panel = m_sum.panels().panel(Eigen::Index(task));
        panel *= share;
        // A product's two triangles may differ in the last bit.
        auto diagonal = panel.leftCols(panel.rows());
        diagonal.triangularView<Eigen::StrictlyLower>() = diagonal.transpose().eval();
    });
    m_tokens = 0;
    return std::exchange(m_sum, SymmetricMatrix());
}

} // namespace core
