// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"

#include <array>
#include <cstdint>

namespace core {

/// How a token is chosen from logits.
struct Sampling {
    double temperature = 0; ///< 0: the likeliest, the first of equals
    std::uint64_t seed = 0;
};

/// The token that follows. With a temperature it is the largest of logit / temperature + noise, the
/// noise of Gumbel's distribution: a draw from the softmax (Maddison et al. 2014, section 2). The
/// noise depends on seed, `step` (tokens drawn before it) and token alone, so that two models of
/// one vocabulary are told apart by their logits and by nothing else. `logits` (1, vocabulary),
/// finite. Pure.
int chooseToken(const Matrix& logits, const Sampling& sampling, std::uint32_t step);

/// Four random words of a counter under a key: Philox4x32-10 (Salmon et al. 2011, section 4). Pure.
std::array<std::uint32_t, 4> philox(
    std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key);

} // namespace core
