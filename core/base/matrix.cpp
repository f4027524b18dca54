// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/matrix.h"

#include <cblas.h>

#include <cassert>

namespace core {

namespace {

    /// OpenBLAS must not start threads of its own: core/base/parallel splits the work.
    void useOneBlasThread()
    {
        static const bool done = [] {
            openblas_set_num_threads(1);
            return true;
        }();
        (void)done;
    }

    /// c = a · op(b) + keep · c.
    void multiply(MatrixBlock& c, const MatrixView& a, const MatrixView& b,
        CBLAS_TRANSPOSE transposeB, float keep)
    {
        assert(c.rows() == a.rows());
        useOneBlasThread();
        if (c.size() == 0)
            return;
        if (a.cols() == 0) {
            c *= keep;
            return;
        }
        cblas_sgemm(CblasRowMajor, CblasNoTrans, transposeB, int(c.rows()), int(c.cols()),
            int(a.cols()), 1.0f, a.data(), int(a.outerStride()), b.data(), int(b.outerStride()),
            keep, c.data(), int(c.outerStride()));
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
    multiply(c, a, b, CblasTrans, 0.0f);
}

void addProductTransposed(MatrixBlock c, const MatrixView& a, const MatrixView& b)
{
    assert(a.cols() == b.cols() && c.cols() == b.rows());
    multiply(c, a, b, CblasTrans, 1.0f);
}

void setProduct(MatrixBlock c, const MatrixView& a, const MatrixView& b)
{
    assert(a.cols() == b.rows() && c.cols() == b.cols());
    multiply(c, a, b, CblasNoTrans, 0.0f);
}

} // namespace core
