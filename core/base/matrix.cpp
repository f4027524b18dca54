// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/matrix.h"

#include "core/base/blas.h"

#include <cassert>

namespace core {

namespace {

    /// c = a · op(b) + keep · c.
    void multiply(
        MatrixBlock& c, const MatrixView& a, const MatrixView& b, blas::Side side, float keep)
    {
        assert(c.rows() == a.rows());
        if (c.size() == 0)
            return;
        if (a.cols() == 0) {
            c *= keep;
            return;
        }
        blas::multiply(blas::Side::Plain, side, c.rows(), c.cols(), a.cols(), 1.0f,
            { a.data(), a.outerStride() }, { b.data(), b.outerStride() }, keep,
            { c.data(), c.outerStride() });
    }

} // namespace

Matrix multiplyTransposed(const MatrixView& a, const MatrixView& b)
{
    Matrix product(a.rows(), b.rows());
    setProductTransposed(product, a, b);
    return product;
}

void setProductTransposed(MatrixBlock c, const MatrixView& a, const MatrixView& b)
{
    assert(a.cols() == b.cols() && c.cols() == b.rows());
    multiply(c, a, b, blas::Side::Transposed, 0.0f);
}

void addProductTransposed(MatrixBlock c, const MatrixView& a, const MatrixView& b)
{
    assert(a.cols() == b.cols() && c.cols() == b.rows());
    multiply(c, a, b, blas::Side::Transposed, 1.0f);
}

void setProduct(MatrixBlock c, const MatrixView& a, const MatrixView& b)
{
    assert(a.cols() == b.rows() && c.cols() == b.cols());
    multiply(c, a, b, blas::Side::Plain, 0.0f);
}

} // namespace core
