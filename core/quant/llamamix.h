// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/checkpoint.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace core {

/// One of llama.cpp's mixes: a format for most matrices, and more bits for those that are delicate.
enum class Mix { Q5_K_M, Q5_K_S, Q4_K_M, Q4_K_S, Q3_K_L, Q3_K_M, Q3_K_S, Q2_K_M, Q2_K_S };

struct NamedMix {
    std::string_view name; ///< llama.cpp's, but for its plain "Q2_K", which is "Q2_K_M" here
    Mix mix;
    const Format* base; ///< of most matrices
};
std::span<const NamedMix> allMixes();

/// What the mix gives each tensor of `checkpoint` (any architecture), in its order, before rows
/// that do not fit fall back: llama_tensor_get_type_impl (llama.cpp, src/llama-quant.cpp, 2026).
/// Null for what stays as it is. Depends on what a tensor's name says it is, on how many layers,
/// experts and query heads a key there are and on whether the head is the embedding.
std::vector<const Format*> mixFormats(const NamedMix& mix, const Checkpoint& checkpoint);

} // namespace core
