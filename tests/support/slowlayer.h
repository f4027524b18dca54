// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
#include "core/model/config.h"
#include "core/model/layer.h"

namespace support {

/// A decoder layer by plain loops in double, straight from the Llama papers: what the quick one
/// must agree with. Moves `hidden`, whole sequences of `length` tokens, through it.
void slowLayer(core::MatrixD& hidden, const core::LayerWeights& weights,
    const core::ModelConfig& config, int length);

} // namespace support
