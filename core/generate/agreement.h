// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace core {

/// How far two continuations of one prompt are the same.
struct Agreement {
    std::optional<int> firstDivergence; ///< index of the first token that differs; none: no one
    std::int64_t matching = 0; ///< places with the same token
    std::int64_t tokens = 0; ///< of the longer one

    double matchRate() const { return tokens > 0 ? double(matching) / double(tokens) : 1; }
};

/// Token by token, at the same places. Pure.
Agreement agreementOf(const std::vector<int>& model, const std::vector<int>& original);

/// Which tokens of `model` have no counterpart in `original`: a longest common subsequence of both
/// is taken for the same, so that a text which goes on the same after a difference is so again. Of
/// several such subsequences that whose tokens come first. Pure; for texts of some hundred tokens.
std::vector<bool> differing(const std::vector<int>& model, const std::vector<int>& original);

/// Of several prompts: places are added up; the first divergence is the earliest.
Agreement operator+(const Agreement& a, const Agreement& b);

} // namespace core
