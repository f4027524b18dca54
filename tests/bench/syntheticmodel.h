// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <vector>

namespace bench {

/// The shape of one decoder layer.
struct Shape {
    const char* name;
    int hidden, feedForward, heads, keyValueHeads, headDim;
    int sequences, length; ///< of calibration
};

/// Writes a model of one such layer into `folder`: config.json and BF16 safetensors, normal weights
/// of which one in a thousand is eight times as large, an embedding with a few massive channels.
/// No tokenizer. Row by row: a large one needs no memory.
void writeSyntheticModel(const Shape& shape, const std::filesystem::path& folder);

/// Random tokens of its vocabulary, small ones more often.
std::vector<std::vector<int>> syntheticTokens(const Shape& shape);

} // namespace bench
