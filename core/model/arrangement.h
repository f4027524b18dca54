// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/storedtensor.h"
#include "core/model/architecture.h"
#include "core/model/tensor.h"

#include <vector>

namespace core {

/// Makes `tensor` (rows, columns, format and name are set) read its weights from `stored`, in the
/// arrangement given: what a Hugging Face file holds becomes what GGUF holds. `layer` is the
/// tensor's: its heads. HeadRows takes one stored vector a row, the others one in all. Throws Error
/// for a stored shape that does not become the tensor's.
void arrange(Tensor& tensor, const std::vector<const StoredTensor*>& stored,
    Arrangement arrangement, const LayerSpec& layer);

/// Whether a tensor that is stored so and not arranged, but for Squeezed, has the shape expected.
/// llama-quantize drops ones in front.
bool isOfShape(const std::vector<std::int64_t>& stored, const std::vector<std::int64_t>& expected,
    std::optional<Arrangement> arrangement);

} // namespace core
