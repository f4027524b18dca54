// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/rowsource.h"
#include "core/model/architecture.h"
#include "core/model/tensor.h"

#include <memory>
#include <vector>

namespace core {

/// Whether an arrangement reorders value heads of a delta net.
bool reordersValueHeads(Arrangement arrangement);

/// What `tensor` of a layer with such a net reads from `raw`, one stored tensor of its shape.
/// Requires: reordersValueHeads(arrangement).
std::shared_ptr<const RowSource> valueHeadSource(std::vector<Tensor> raw, Arrangement arrangement,
    const Tensor& tensor, const DeltaNetSpec& spec);

} // namespace core
