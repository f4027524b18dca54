// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/safetensors.h"
#include "core/model/config.h"
#include "core/model/tensor.h"

#include <string>
#include <vector>

namespace core {

/// The tensors of a model, and what of its files they are not, in sentences.
struct PlacedTensors {
    std::vector<Tensor> tensors;
    std::vector<std::string> notes;
};

/// The tensors of a model of shape `config`, in the order of the model, found among those of its
/// files under their names or those that NameRule makes of them. The head may be missing; where
/// `config.tiedHead`, a stored one is passed over. Whole numbers, truth values and buffers
/// (isBuffer) without a place are left out with a note. Throws Error for a tensor that is missing,
/// there twice, of another shape, no weight, or unknown. `file` is for messages.
PlacedTensors placeTensors(
    const ShardedTensors& stored, const ModelConfig& config, const std::string& file);

/// The values of a stored rope_freqs. Throws Error for another shape, a value that is not above 0.
std::vector<float> ropeFactors(const StoredTensor& stored, const ModelConfig& config);

} // namespace core
