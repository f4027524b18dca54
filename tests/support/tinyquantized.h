// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/tinymodel.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace support {

/// Decoded weights, row-major, by the name of their tensor.
using NamedWeights = std::map<std::string, std::vector<float>>;

/// How another tool may have quantized a checkpoint: "gptq", "gptq-8", "gptq-act-order", "awq",
/// "compressed", "compressed-int8", "bitsandbytes-int8", "nf4", "fp8", "mxfp4", "nvfp4",
/// "nvfp4-scaled".
std::vector<std::string> quantizedKinds();

/// Writes `model` as a Hugging Face folder whose layers' matrices are quantized as `kind`. Gives
/// what they decode to, by plain code.
NamedWeights writeTinyQuantized(
    const TinyModel& model, const std::string& kind, const std::filesystem::path& folder);

} // namespace support
