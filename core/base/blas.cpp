// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/blas.h"

#include "core/base/blasmemory.h"

#include <cblas.h>
#include <f77blas.h>

namespace core::blas {

namespace {

    CBLAS_TRANSPOSE transposition(Side side)
    {
        return side == Side::Plain ? CblasNoTrans : CblasTrans;
    }

} // namespace

void multiply(Side a, Side b, Eigen::Index rows, Eigen::Index columns, Eigen::Index inner,
    float alpha, Block<const float> A, Block<const float> B, float beta, Block<float> C)
{
    const BlasTurn turn;
    cblas_sgemm(CblasRowMajor, transposition(a), transposition(b), int(rows), int(columns),
        int(inner), alpha, A.data, int(A.stride), B.data, int(B.stride), beta, C.data,
        int(C.stride));
}

void multiply(Side a, Side b, Eigen::Index rows, Eigen::Index columns, Eigen::Index inner,
    double alpha, Block<const double> A, Block<const double> B, double beta, Block<double> C)
{
    const BlasTurn turn;
    cblas_dgemm(CblasRowMajor, transposition(a), transposition(b), int(rows), int(columns),
        int(inner), alpha, A.data, int(A.stride), B.data, int(B.stride), beta, C.data,
        int(C.stride));
}

void solveLowerTransposedRight(
    Eigen::Index rows, Eigen::Index size, Block<const double> L, Block<double> B)
{
    const BlasTurn turn;
    cblas_dtrsm(CblasRowMajor, CblasRight, CblasLower, CblasTrans, CblasNonUnit, int(rows),
        int(size), 1.0, L.data, int(L.stride), B.data, int(B.stride));
}

void solveLower(Eigen::Index size, Eigen::Index columns, Block<const double> L, Block<double> B)
{
    const BlasTurn turn;
    cblas_dtrsm(CblasRowMajor, CblasLeft, CblasLower, CblasNoTrans, CblasNonUnit, int(size),
        int(columns), 1.0, L.data, int(L.stride), B.data, int(B.stride));
}

bool cholesky(Eigen::Index size, Block<double> A)
{
    const BlasTurn turn;
    char triangle[] = "U"; // LAPACK takes rows for columns: its upper triangle is our lower one
    blasint n = int(size), stride = int(A.stride), info = 0;
    dpotrf_(triangle, &n, A.data, &stride, &info);
    return info == 0;
}

} // namespace core::blas
