// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace core {

/// Rows of a q or k weight reordered from RotaryLayout::Halves to Pairs, head by head: row i of the
/// first half of a head becomes row 2i, row i of its second half row 2i + 1 (llama.cpp's
/// convert_hf_to_gguf does the same). Rows keep their bytes. Requires: rows % headDim == 0, headDim
/// even, bytes.size() % rows == 0.
std::vector<std::byte> permuteToPairs(
    std::span<const std::byte> bytes, std::size_t rows, std::size_t headDim);

} // namespace core
