// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/tinymodel.h"

#include <filesystem>
#include <string>
#include <vector>

namespace support {

/// A tiny checkpoint of one architecture as Hugging Face stores it, with random weights, the same
/// on every system. Scaled so that wrong wiring shows: attention logits of standard deviation 2 and
/// more, output logits of 3, norms of 1 ± 0.3, three query heads to a key, heads that are not
/// width / heads wide, windows of 16 tokens, an epsilon of 0.05.
struct TinyArchitecture {
    std::string config; ///< config.json
    std::vector<TinyTensor> tensors;
};

/// The names of all: GGUF's word for the architecture, "-" and what is special.
std::vector<std::string> tinyArchitectures();
/// Those that llama.cpp computes otherwise than Hugging Face and this program do.
std::vector<std::string> tinyArchitecturesApart();
/// Requires: one of these names.
TinyArchitecture tinyArchitecture(const std::string& name);

/// Writes it into `folder`, which exists: config.json, model.safetensors in F32, a tokenizer.
void writeTinyArchitecture(const std::string& name, const std::filesystem::path& folder);

} // namespace support
