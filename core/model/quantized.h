// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/json.h"
#include "core/files/storedtensor.h"

#include <string>
#include <vector>

namespace core {

/// Throws Error for a Hugging Face folder whose weights another tool has quantized (GPTQ, AWQ,
/// bitsandbytes, compressed-tensors, FP8, MLX …), by which, and that the original is needed:
/// config.json says so, or the tensors do. Gives back a note where config.json names bitsandbytes,
/// which also quantizes on loading, and the tensors show nothing of it; mostly empty.
std::string refuseQuantized(
    const Json& config, const std::string& configFile, const std::vector<StoredTensor>& tensors);

} // namespace core
