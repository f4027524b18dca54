// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// Stands between core and OpenBLAS: quantscope-bench has cblas_sgemm, cblas_dgemm and cblas_dtrsm
/// of its own, which count and then call the library's.
namespace bench::blas {

/// Floating-point operations asked for since the last call; a multiplication and its addition are
/// two.
struct Operations {
    double inFloat = 0, inDouble = 0;
};
Operations takeOperations();

} // namespace bench::blas
