// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/rounding/crosssum.h"

#include "core/rounding/parallelproduct.h"

#include <cassert>

namespace core {

CrossSum::CrossSum(Eigen::Index rows, Eigen::Index columns)
    : m_sum(MatrixD::Zero(rows, columns))
{
}

void CrossSum::add(const MatrixView& a, const MatrixView& x)
{
    assert(a.rows() == x.rows() && a.cols() == m_sum.rows() && x.cols() == m_sum.cols());
    using Index = Eigen::Index;
    forProductBlocks(
        m_sum.rows(), m_sum.cols(), [&](Index row, Index column, Index height, Index width) {
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
