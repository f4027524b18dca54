// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/measure/bandwidth.h"
#include "core/model/checkpoint.h"
#include "core/quant/plan.h"

#include <QString>

#include <cstdint>
#include <string>
#include <vector>

namespace app {

// What a plan makes of a model, in one place for the balance bar, the pages and the runs. All are
// pure and quick enough for every keystroke; none throws.

/// Bytes of the GGUF with the planned formats, to the byte; without a tokenizer, when there is no
/// such file, those of its tensors.
std::uint64_t fileBytes(const core::Checkpoint& checkpoint,
    const std::vector<core::PlannedTensor>& plan, const std::string& recipeText);
/// What the file says of its recipe: "Q4_K_M, gptq".
std::string recipeText(const QString& title, core::Treatment treatment);
/// Bits of all tensors over the number of weights.
double bitsPerWeight(
    const core::Checkpoint& checkpoint, const std::vector<core::PlannedTensor>& plan);
double bitsPerWeight(const core::Checkpoint& checkpoint); ///< as it is
/// Bytes of one tensor in `format`. Requires: rows that fit it.
std::uint64_t bytesIn(const core::Tensor& tensor, const core::Format& format);
/// Upper bound of tokens/s; 0 without a device.
double tokensPerSecond(const core::Device* device, std::uint64_t bytesPerToken);

} // namespace app
