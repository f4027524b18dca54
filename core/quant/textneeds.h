// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/checkpoint.h"
#include "core/quant/plan.h"

#include <cstdint>
#include <span>
#include <string>

namespace core {

/// A calibration text against what GPTQ must learn from it: the more channels the inputs of a
/// tensor have, the more tokens it takes.
struct TextNeeds {
    std::int64_t tokens = 0; ///< of the text
    std::int64_t widest = 0; ///< channels of the widest input that GPTQ reads; 0: it reads none
    std::int64_t wanted = 0; ///< tokens from which half of what they say of it is believed

    bool isLittle() const { return widest > 0 && tokens < wanted; }
    double perChannel() const { return double(tokens) / double(widest); } ///< where widest > 0
};

/// Of `plan`, one of `checkpoint`.
TextNeeds textNeeds(
    const Checkpoint& checkpoint, std::span<const PlannedTensor> plan, std::int64_t tokens);

/// "2048 tokens for inputs up to 1536 wide are 1.3 a channel: …", empty where there are enough.
std::string littleTextSentence(const TextNeeds& needs);

} // namespace core
