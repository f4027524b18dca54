// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/crosssum.h"

#include "core/base/parallel.h"
#include "core/quant/blas.h"

#include <algorithm>
#include <cassert>

namespace core {

namespace {

    constexpr Eigen::Index outputBlock = 256; // as Hessian's

} // namespace

CrossSum::CrossSum(Eigen::Index rows, Eigen::Index columns)
    : m_sum(MatrixD::Zero(rows, columns))
{
}

void CrossSum::add(const MatrixView& a, const MatrixView& x)
{
    assert(a.rows() == x.rows() && a.cols() == m_sum.rows() && x.cols() == m_sum.cols());
    const Eigen::Index across = (m_sum.cols() + outputBlock - 1) / outputBlock;
    const Eigen::Index down = (m_sum.rows() + outputBlock - 1) / outputBlock;
    parallelFor(std::size_t(across * down), [&](std::size_t task) {
        const Eigen::Index row = Eigen::Index(task) / across * outputBlock;
        const Eigen::Index column = Eigen::Index(task) % across * outputBlock;
        const Eigen::Index height = std::min(outputBlock, m_sum.rows() - row);
        const Eigen::Index width = std::min(outputBlock, m_sum.cols() - column);
        Matrix product(height, width);
        blas::multiply(blas::Side::Transposed, blas::Side::Plain, height, width, a.rows(), 1.0f,
            { a.data() + row, a.outerStride() }, { x.data() + column, x.outerStride() }, 0.0f,
            { product.data(), width });
        m_sum.block(row, column, height, width) += product.cast<double>();
    });
    m_tokens += a.rows();
}

Matrix CrossSum::take()
{
    const double share = m_tokens > 0 ? 2.0 / double(m_tokens) : 0.0;
    const Matrix sum = (share * m_sum).cast<float>();
    m_sum.resize(0, 0);
    m_tokens = 0;
    return sum;
}

} // namespace core
