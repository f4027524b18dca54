// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/logitscaling.h"

#include <cmath>

namespace core {

LogitScaling logitScaling(const ModelConfig& config)
{
    return { float(1 / config.logitDivisor), float(config.finalCap) };
}

void scaleLogits(Matrix& logits, const LogitScaling& scaling)
{
    if (scaling.scale != 1)
        logits *= scaling.scale;
    if (scaling.cap > 0)
        logits = logits.unaryExpr(
            [cap = scaling.cap](float logit) { return cap * std::tanh(logit / cap); });
}

} // namespace core
