// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/countedblas.h"

#include <cblas.h>
#include <dlfcn.h>

#include <atomic>
#include <cstdint>

namespace {

std::atomic<std::uint64_t> floatOperations, doubleOperations;

template<typename Function>
Function* next(const char* name)
{
    return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

std::uint64_t product(blasint m, blasint n, blasint k)
{
    return 2 * std::uint64_t(m) * std::uint64_t(n) * std::uint64_t(k);
}

} // namespace

// The library's own declarations say what these are.
extern "C" {

void cblas_sgemm(const enum CBLAS_ORDER order, const enum CBLAS_TRANSPOSE transA,
    const enum CBLAS_TRANSPOSE transB, const blasint m, const blasint n, const blasint k,
    const float alpha, const float* a, const blasint lda, const float* b, const blasint ldb,
    const float beta, float* c, const blasint ldc)
{
    static auto* const library = next<decltype(cblas_sgemm)>("cblas_sgemm");
    floatOperations += product(m, n, k);
    library(order, transA, transB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

void cblas_dgemm(const enum CBLAS_ORDER order, const enum CBLAS_TRANSPOSE transA,
    const enum CBLAS_TRANSPOSE transB, const blasint m, const blasint n, const blasint k,
    const double alpha, const double* a, const blasint lda, const double* b, const blasint ldb,
    const double beta, double* c, const blasint ldc)
{
    static auto* const library = next<decltype(cblas_dgemm)>("cblas_dgemm");
    doubleOperations += product(m, n, k);
    library(order, transA, transB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

void cblas_dtrsm(const enum CBLAS_ORDER order, const enum CBLAS_SIDE side,
    const enum CBLAS_UPLO uplo, const enum CBLAS_TRANSPOSE transA, const enum CBLAS_DIAG diag,
    const blasint m, const blasint n, const double alpha, const double* a, const blasint lda,
    double* b, const blasint ldb)
{
    static auto* const library = next<decltype(cblas_dtrsm)>("cblas_dtrsm");
    doubleOperations += product(m, n, side == CblasLeft ? m : n) / 2; // a triangle
    library(order, side, uplo, transA, diag, m, n, alpha, a, lda, b, ldb);
}
}

namespace bench::blas {

Operations takeOperations()
{
    return { double(floatOperations.exchange(0)), double(doubleOperations.exchange(0)) };
}

} // namespace bench::blas
