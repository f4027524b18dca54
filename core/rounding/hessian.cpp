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
    Eigen::Index blockOf(Eigen::Index channels) { return channels >= 4096 ? 512 : 256; }

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

} // namespace

Hessian::Hessian(Eigen::Index channels)
    : m_sum(MatrixD::Zero(channels, channels))
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
        m_sum.block(row, column, height, width) += product.cast<double>();
    });
    m_tokens += x.rows();
}

MatrixD Hessian::take()
{
    const double share = m_tokens > 0 ? 2.0 / double(m_tokens) : 0.0;
    const Eigen::Index step = blockOf(m_sum.rows());
    const auto blocks = upperBlocks(m_sum.rows());
    parallelFor(blocks.size(), [&](std::size_t task) {
        const auto [row, column] = blocks[task];
        const Eigen::Index height = std::min(step, m_sum.rows() - row);
        const Eigen::Index width = std::min(step, m_sum.rows() - column);
        auto upper = m_sum.block(row, column, height, width);
        if (row == column) { // a product's two triangles may differ in the last bit
            upper *= share;
            upper.triangularView<Eigen::StrictlyLower>() = upper.transpose().eval();
        } else {
            upper *= share;
            m_sum.block(column, row, width, height) = upper.transpose();
        }
    });
    m_tokens = 0;
    return std::exchange(m_sum, MatrixD());
}

} // namespace core
