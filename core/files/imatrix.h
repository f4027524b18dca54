// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace core {

/// Importance of each input channel (mean squared activation) by GGUF tensor name
/// ("blk.0.attn_q.weight").
using Importance = std::map<std::string, std::vector<float>>;

/// Reads llama.cpp's importance matrix, in its GGUF form (general.type = imatrix; `X.in_sum2` [n,
/// matrices] and `X.counts` [1, matrices], a count of 0 is read as 1) or its legacy form (i32
/// entries; each: i32 length, name, i32 calls, i32 n, n floats already divided by calls per token …
/// see the source). Throws Error for damage, a value that is negative or not finite.
Importance readImatrix(const std::filesystem::path& file);

} // namespace core
