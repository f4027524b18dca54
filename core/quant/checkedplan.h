// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/quantize.h"

#include <vector>

namespace core {

/// The plan of a run, known to work with what `options` bring. Tensors that an imatrix has no entry
/// for are to be rounded to nearest. Throws Error (a text or an imatrix that is missing or does not
/// fit, a model that was changed or is not computed where it must be).
std::vector<PlannedTensor> checkedPlan(
    const Checkpoint& checkpoint, const Recipe& recipe, const QuantizeOptions& options);

} // namespace core
