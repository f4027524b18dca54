// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/formats/format.h"
#include "core/rounding/rangecheck.h"
#include "core/rounding/matrixrows.h"

#include <cstddef>
#include <optional>
#include <span>

namespace core {

/// What a matrix lost by being stored.
struct RoundingLoss {
    double error = 0; ///< Σ importance_j (w_ij − ŵ_ij)²
    double energy = 0; ///< Σ importance_j w_ij²
    std::optional<RangeFault> fault; ///< a result that is not finite, a row that vanished
};

// Both go through the matrix once, on all processors, in pieces that stay in the second cache, and
// give the same bits for any number of them. An empty `importance` weighs nothing.

/// Encodes `W` by the encoder of `format` (TensorFormat's) into `bytes` and judges what that
/// decodes to. Rows that are not fit to be used are left out. Requires: format.fits(W.columns),
/// `bytes` is as long as the rows are in `format`. Throws Cancelled.
RoundingLoss encodeJudged(const MatrixRows& W, const Format& format,
    std::span<const float> importance, std::span<std::byte> bytes, const Progress& progress);

/// What was lost of `W`, which became `bytes`.
RoundingLoss lossOf(const MatrixRows& W, const Format& format, std::span<const float> importance,
    std::span<const std::byte> bytes, const Progress& progress);

} // namespace core
