// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
#include "core/base/progress.h"
#include "core/model/layerspec.h"

namespace core {

/// A norm with its weights; `bias` may be empty.
struct Norm {
    NormKind kind = NormKind::RootMeanSquare;
    float epsilon = 0;
    const Vector* weight = nullptr;
    const Vector* bias = nullptr;
};

/// Each row of `x` (tokens, channels) normed: RMSNorm (Zhang and Sennrich 2019, equation 4) or
/// LayerNorm (Ba et al. 2016). On all processors.
Matrix normed(const MatrixView& x, const Norm& norm, const Progress& progress);

/// One row of `count` values, on the calling thread; `weight` and `bias` have as many (bias may be
/// null). `result` may be `x`.
void normRow(const float* x, std::size_t count, NormKind kind, float epsilon, const float* weight,
    const float* bias, float* result);

} // namespace core
