// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/plan.h"
#include "core/quant/tensorbytes.h"
#include "core/quant/tensorreport.h"
#include "core/rounding/rangecheck.h"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

/// What every way of rounding a tensor (core/quant/tensorrounding.h) has in common.
namespace core::roundedtensor {

/// `tensor` in another format.
Tensor stored(const Tensor& tensor, const Format* format, const TensorBytes& bytes);
Tensor stored(const Tensor& tensor, const Format* format, std::vector<std::byte> bytes);
/// `tensor` as it is, planned to be kept: its own bytes, or what its source gives in the planned
/// format, bit for bit.
Tensor kept(const Tensor& tensor, const PlannedTensor& planned);

/// A report that says which tensor, as planned and why so, and nothing of errors.
TensorReport reportOn(const Tensor& tensor, const PlannedTensor& planned);
void addNote(TensorReport& report, const std::string& note); ///< unless it is empty

/// sqrt(error / energy), as reports have it; −1 where it is not known.
double relative(double error, double energy);

/// `planned`, in a wider format if its own does not hold the range of `W`, which will be rounded.
PlannedTensor forRangeOf(const MatrixView& W, const PlannedTensor& planned);
/// What is wrong with what `W` became, if anything. Throws Cancelled.
std::optional<RangeFault> faultOf(
    const MatrixView& W, const Tensor& rounded, const Progress& progress);

} // namespace core::roundedtensor
