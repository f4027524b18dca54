// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

namespace bench {

/// The shape of a model of Llama's architecture, its head not tied.
struct GgufShape {
    const char* name;
    int layers, hidden, feedForward, heads, keyValueHeads, headDim, vocabulary;
    int experts = 0, used = 0; ///< of experts in place of the feed-forward, as Mixtral has them
};

/// Writes a GGUF file that both programs open: matrices in BF16, normal weights of deviation
/// 1/√inputs, a tokenizer of bytes with names for the rest of the vocabulary. A large one needs the
/// memory of its largest tensor. Does nothing where the file is.
void writeSyntheticGguf(const GgufShape& shape, const std::filesystem::path& file);

/// Writes an importance matrix in llama.cpp's legacy form: 0.5 to 3.5 for every channel of every
/// matrix of the layers.
void writeSyntheticImatrix(const GgufShape& shape, const std::filesystem::path& file);

} // namespace bench
