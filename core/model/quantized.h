// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/lenientjson.h"
#include "core/files/safetensors.h"

#include <filesystem>
#include <string>
#include <vector>

namespace core {

/// config.json with what older tools wrote beside it, quantize_config.json (AutoGPTQ) or
/// quant_config.json (AutoAWQ), as its quantization_config, where it has none of its own. That such
/// a file cannot be read is the fault.
LenientJson withQuantization(const Json& config, const std::filesystem::path& folder);

/// Puts the weights together that another tool quantized (quantizedTensors): each becomes one
/// tensor with a source, in front of those that are as they were. Gives back what is to be said of
/// it, in sentences. Throws Error for damaged parts, and for what is quantized in a way that
/// nothing here reads (MLX, HQQ, AQLM, quanto …), by which, and that the original is needed.
/// Reads shapes only.
std::vector<std::string> joinQuantized(
    ShardedTensors& stored, const Json& config, const std::string& configFile);

} // namespace core
