// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/quant/plan.h"

#include <vector>

namespace core {

/// `plan`, of planTensors, with another format where the planned one does not hold the range of a
/// tensor's values (RangeCheck): the tensor's own where that is narrower than F32, which copies it
/// byte for byte, else BF16 or F32. quantize() begins with it; before a run it says what the run
/// will do, but for what scaling or correcting the weights moves out of range. Reads all tensors
/// that are to be rounded. Throws Error for a weight that is not finite, Cancelled.
std::vector<PlannedTensor> withinRange(
    const Checkpoint& checkpoint, std::vector<PlannedTensor> plan, const Progress& progress);

/// Looks at the tensors that withinRange() leaves out, since they are kept or stored as they are:
/// what a run throws when it comes to them. Throws Error for a weight that is not finite, Cancelled.
void requireFiniteRest(const Checkpoint& checkpoint, const std::vector<PlannedTensor>& plan,
    const Progress& progress);

/// withinRange() for one tensor.
PlannedTensor withinRange(
    const Tensor& tensor, const PlannedTensor& planned, const Progress& progress);

/// `planned` with `wider` instead of its format, which has `fault`. Pure.
PlannedTensor widened(const Tensor& tensor, const PlannedTensor& planned, const Format* wider,
    const RangeFault& fault);

/// `planned` with the format that holds `tensor` in spite of `fault`.
PlannedTensor inWiderFormat(const Tensor& tensor, const PlannedTensor& planned,
    const RangeFault& fault, const Progress& progress);

/// The same for values `W` that are not those of the file any more.
PlannedTensor inWiderFormat(
    const PlannedTensor& planned, const MatrixView& W, const RangeFault& fault);

} // namespace core
