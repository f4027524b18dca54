// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/storedtensor.h"
#include "core/model/config.h"
#include "core/model/tensor.h"

#include <string>
#include <vector>

namespace core {

/// The tensors of a model of shape `config`, in the order of the model, found among those of a
/// file. The head may be missing; where `config.tiedHead`, a stored one is passed over, and so are
/// rope_freqs and rotary_emb.inv_freq. Throws Error for a tensor that is missing, there twice, of
/// another shape, or unknown. `file` is for messages.
std::vector<Tensor> placeTensors(
    const std::vector<StoredTensor>& stored, const ModelConfig& config, const std::string& file);

/// The values of a stored rope_freqs. Throws Error for another shape, a value that is not above 0.
std::vector<float> ropeFactors(const StoredTensor& stored, const ModelConfig& config);

} // namespace core
