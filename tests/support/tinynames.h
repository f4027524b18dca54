// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/format.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace support {

/// A GGUF file of any architecture, with llama.cpp's names for its tensors, a few rows of each
/// matrix and all metadata that its architecture asks for: enough for what reads names, columns and
/// metadata, such as quantizing; nothing can be computed with it. Its tokenizer is RWKV's, which
/// Quantscope does not compute.
struct TinyNames {
    std::string architecture = "deepseek2"; ///< GGUF's word, one of tinyNamesArchitectures()
    int layers = 3;
    bool isTied = false;
    int experts = 4; ///< of an architecture with experts; 0: dense
    int queriesPerKey = 2;
    int columns = 256; ///< of most matrices
    const core::Format* matrices = &core::formats::f32; ///< of what may be quantized
    std::uint32_t seed = 1;
};

/// Those of which each has something that Quantscope does not compute: latent attention, state
/// spaces, short convolutions, RWKV, delta nets, experts.
std::vector<std::string> tinyNamesArchitectures();

/// Requires: a known architecture, columns that fit the format.
void writeTinyNames(const TinyNames& model, const std::filesystem::path& file);

} // namespace support
