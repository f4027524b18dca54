// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/architecture.h"

#include <algorithm>
#include <array>

// Names in Hugging Face's files that several families share.
namespace core::families {

/// Both lists, one behind the other.
template<std::size_t First, std::size_t Second>
constexpr std::array<HuggingName, First + Second> joined(
    const std::array<HuggingName, First>& first, const std::array<HuggingName, Second>& second)
{
    std::array<HuggingName, First + Second> both{};
    std::copy(second.begin(), second.end(), std::copy(first.begin(), first.end(), both.begin()));
    return both;
}

/// Qwen's experts one by one, or stacked as transformers 5 writes them.
inline constexpr std::array qwenExpertNames{
    HuggingName{ Role::FfnGateInp, "mlp.gate.weight" },
    HuggingName{ Role::FfnGateInpShexp, "mlp.shared_expert_gate.weight" },
    HuggingName{ Role::FfnGateExps, "mlp.experts.{n}.gate_proj.weight" },
    HuggingName{ Role::FfnUpExps, "mlp.experts.{n}.up_proj.weight" },
    HuggingName{ Role::FfnDownExps, "mlp.experts.{n}.down_proj.weight" },
    HuggingName{ Role::FfnGateExps, "mlp.experts.gate_up_proj", Arrangement::FirstHalves },
    HuggingName{ Role::FfnUpExps, "mlp.experts.gate_up_proj", Arrangement::SecondHalves },
    HuggingName{ Role::FfnDownExps, "mlp.experts.down_proj", Arrangement::AsItIs },
    HuggingName{ Role::FfnGateShexp, "mlp.shared_expert.gate_proj.weight" },
    HuggingName{ Role::FfnUpShexp, "mlp.shared_expert.up_proj.weight" },
    HuggingName{ Role::FfnDownShexp, "mlp.shared_expert.down_proj.weight" },
};

} // namespace core::families
