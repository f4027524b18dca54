// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
#include "core/model/config.h"

namespace core {

/// What some architectures do to logits: × scale, then cap · tanh(logit / cap).
struct LogitScaling {
    float scale = 1;
    float cap = 0; ///< 0: none
};

LogitScaling logitScaling(const ModelConfig& config);

/// Scales `logits` in place, on the calling thread.
void scaleLogits(Matrix& logits, const LogitScaling& scaling);

} // namespace core
