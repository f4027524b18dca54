// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/safetensors.h"
#include "core/model/config.h"
#include "core/model/tensor.h"

#include <cstdint>
#include <string>
#include <vector>

namespace core {

/// A tensor that a model of some shape has, or may have.
struct ExpectedTensor {
    Place place;
    std::vector<std::int64_t> shape; ///< outermost first
    bool isNeeded = true;
};

/// Every tensor of a model of shape `config`, in the order of the model. Of attn_qkv and attn_q,
/// _k, _v both are named and neither is needed; placing sees to it that one of them is there.
/// Requires: config.notComputed is empty.
std::vector<ExpectedTensor> expectedTensors(const ModelConfig& config);

} // namespace core
