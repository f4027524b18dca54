// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/safetensors.h"
#include "core/model/config.h"
#include "core/model/tensor.h"

#include <string>
#include <vector>

namespace core {

/// In whose words the tensors of a model's files are named.
enum class Naming { Gguf, HuggingFace };

/// The tensors of a model, and what of its files they are not, in sentences.
struct PlacedTensors {
    std::vector<Tensor> tensors;
    std::vector<std::string> notes;
};

/// The tensors of a model of shape `config`, in the order of the model, found among those of its
/// files under their names or those that NameRule makes of them, arranged as GGUF has them. The
/// head may be missing; where `config.tiedHead`, a stored one is passed over. Whole numbers, truth
/// values and buffers (isBuffer) without a place, and what belongs to images or sound, are left out
/// with a note. Throws Error for a tensor that is missing, there twice, of another shape or no
/// weight. `file` is for messages. Requires: config.notComputed is empty, no unexpectedTensor.
PlacedTensors placeTensors(const ShardedTensors& stored, const ModelConfig& config, Naming naming,
    const std::string& file);

/// Why a model cannot be computed as one of shape `config` although all that this needs may be
/// there: the first tensor of weights that has no place in it. Empty: there is none. Throws Error
/// for what is no model at all: an adapter.
std::string unexpectedTensor(
    const ShardedTensors& stored, const ModelConfig& config, Naming naming);

/// Every tensor of the files as it is and in their order, with the role that its name says: what a
/// model that is not computed is looked at and requantized by. Throws Error if there is none.
PlacedTensors placeAll(const ShardedTensors& stored, const std::string& file);

/// A stored tensor as it is: OtherMatrix where llama-quantize would round it, else OtherTensor,
/// outside the layers. Requires: one that holds weights.
Tensor placedAsOther(const StoredTensor& stored, int number);

} // namespace core
