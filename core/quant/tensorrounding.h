// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
#include "core/base/progress.h"
#include "core/quant/plan.h"
#include "core/quant/tensorreport.h"
#include "core/rounding/gptq.h"
#include "core/rounding/outputhessian.h"
#include "core/rounding/strength.h"

#include <span>

namespace core {

/// One matrix in its new format, and how it fared.
struct RoundedTensor {
    Tensor tensor;
    TensorReport report;
};

// Whatever rounds a matrix sees to it that what is stored is finite and no row of it has vanished.
// Where the format does not hold the range of what is to be rounded, a wider one is taken, with a
// note (core/quant/rangefallback.h). An importance of 0 means that it is unknown (knownImportance).

/// Rounds `W`, the decoded `tensor`, by the format's own encoder, with `importance` unless it is
/// empty, or by HQQ. Its error is measured with `H` where there is one (not null), else by
/// importance, else by the weights alone. A tensor that keeps its format is taken as it is.
RoundedTensor roundByEncoder(const Tensor& tensor, const PlannedTensor& planned, const Matrix& W,
    std::span<const float> importance, const SymmetricMatrix* H, const Progress& progress);

/// The same with each block's largest weights clipped where that errs less under `H`
/// (clippedRound).
RoundedTensor roundClipped(const Tensor& tensor, const PlannedTensor& planned, const Matrix& W,
    std::span<const float> importance, const SymmetricMatrix& H, const Progress& progress);

/// The same for a tensor that may be larger than memory should be: decoded, checked and rounded
/// some rows at a time. Throws Error for a weight that is not finite, Cancelled.
RoundedTensor roundInTiles(const Tensor& tensor, const PlannedTensor& planned,
    std::span<const float> importance, const Progress& progress);

/// Rounds it by GPTQ towards `target`, `W` itself where nothing is corrected; two-sidedly where
/// there are `outputs`. Throws Cancelled.
RoundedTensor roundByGptq(const Tensor& tensor, const PlannedTensor& planned, const Matrix& W,
    const Matrix& target, const GptqFactor& factor, const OutputFactor* outputs,
    const GptqOptions& options, const Progress& progress);

/// Rounds it in the way that fared best on held-out sequences, on whose errors it reports. Throws
/// Cancelled.
RoundedTensor roundAsTried(const Tensor& tensor, const PlannedTensor& planned, const Matrix& W,
    const Matrix& target, const GptqFactor& factor, const OutputFactor* outputs,
    const WayTrial& trial, const GptqOptions& options, const Progress& progress);

/// Replaces the errors of `rounded`, which `W` became, by those on held-out sequences. `held` is
/// there.
void judgeOnHeld(
    RoundedTensor& rounded, const Matrix& W, const HeldSums& held, const Progress& progress);

/// The same without correction for a tensor that may be larger than memory should be: decoded,
/// checked and rounded some rows at a time. Throws Error for a weight that is not finite,
/// Cancelled.
RoundedTensor roundByGptqInTiles(const Tensor& tensor, const PlannedTensor& planned,
    const GptqFactor& factor, const GptqOptions& options, const Progress& progress);

/// `tensor`, a vector, with other values, in F32.
Tensor storedVector(const Tensor& tensor, const Vector& values);

/// The same matrix with its rows in another order: new row i is old row order[i].
Tensor withRowOrder(const Tensor& tensor, std::span<const Eigen::Index> order);

/// A norm or another vector, as its plan says. Throws Error for a value that is not finite.
Tensor roundVector(const Tensor& tensor, const PlannedTensor& planned);

} // namespace core
