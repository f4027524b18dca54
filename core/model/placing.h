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
    std::vector<StoredTensor> undecoded; ///< of types that nothing here decodes, in their order
};

/// The tensors of a model of shape `config`, in the order of the model, found among those of its
/// files under their names or those that NameRule makes of them, arranged as GGUF has them. The
/// head may be missing; where `config.tiedHead`, a stored one is passed over. Whole numbers, truth
/// values and buffers (isBuffer) without a place, and what belongs to images or sound, are left out
/// with a note, and so is what lies in modules of its own beside a Hugging Face model. Throws Error
/// for a tensor that is missing, there twice, of another shape or no weight, and for one of weights
/// that has no place in the model. `file` is for messages. Requires: config.notComputed is empty.
PlacedTensors placeTensors(const ShardedTensors& stored, const ModelConfig& config, Naming naming,
    const std::string& file);

/// Every tensor of the files as it is and in their order, with the role that its name says: what a
/// model that is not computed is looked at and requantized by. Throws Error if there is none.
PlacedTensors placeAll(const ShardedTensors& stored, const std::string& file);

/// Throws Error where a tensor is one of an adapter, which is no model by itself.
void requireNoAdapter(const std::vector<StoredTensor>& stored);

/// What is not as the index of `stored` says, behind "«index»: ", the first of many; empty: all is.
std::string faultsText(const ShardedTensors& stored);

/// The same, each in a sentence that names `file`, the index.
std::vector<std::string> faultNotes(const ShardedTensors& stored, const std::string& file);

/// A stored tensor as it is: OtherMatrix where llama-quantize would round it, else OtherTensor,
/// outside the layers. Requires: one that holds weights.
Tensor placedAsOther(const StoredTensor& stored, int number);

} // namespace core
