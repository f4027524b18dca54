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

} // namespace

Matrix multiplyTransposed(const MatrixView& a, const MatrixView& b)
{
    assert(a.cols() == b.cols());
    useOneBlasThread();
    Matrix product(a.rows(), b.rows());
    if (product.size() == 0)
        return product;
    if (a.cols() == 0)
        return product.setZero();
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, int(a.rows()), int(b.rows()),
        int(a.cols()), 1.0f, a.data(), int(a.outerStride()), b.data(), int(b.outerStride()), 0.0f,
        product.data(), int(product.cols()));
    return product;
}

} // namespace core
