// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/textneeds.h"

#include "core/base/text.h"
#include "core/rounding/strength.h"

#include <algorithm>
#include <cmath>

namespace core {

TextNeeds textNeeds(
    const Checkpoint& checkpoint, std::span<const PlannedTensor> plan, std::int64_t tokens)
{
    TextNeeds needs;
    needs.tokens = tokens;
    for (std::size_t i = 0; i < plan.size(); ++i)
        if (plan[i].method == Method::Gptq && !plan[i].keeps)
            needs.widest = std::max(needs.widest, checkpoint.tensors()[i].columns);
    needs.wanted = std::int64_t(std::ceil(believedTokens(needs.widest)));
    return needs;
}

std::string littleTextSentence(const TextNeeds& needs)
{
    if (!needs.isLittle())
        return {};
    const double shown = std::round(10 * needs.perChannel()) / 10;
    return text(needs.tokens, " tokens for inputs up to ", needs.widest, " wide are ", shown,
        " a channel: below ", needs.wanted,
        " tokens GPTQ believes less than half of what it sees there and comes near "
        "importance-weighted rounding");
}

} // namespace core
