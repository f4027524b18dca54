// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/generate/agreement.h"

#include <algorithm>

namespace core {

Agreement agreementOf(const std::vector<int>& model, const std::vector<int>& original)
{
    Agreement agreement;
    const std::size_t common = std::min(model.size(), original.size());
    agreement.tokens = std::int64_t(std::max(model.size(), original.size()));
    for (std::size_t i = 0; i < common; ++i) {
        if (model[i] == original[i])
            ++agreement.matching;
        else if (!agreement.firstDivergence)
            agreement.firstDivergence = int(i);
    }
    if (!agreement.firstDivergence && model.size() != original.size())
        agreement.firstDivergence = int(common);
    return agreement;
}

Agreement operator+(const Agreement& a, const Agreement& b)
{
    Agreement sum{ a.firstDivergence, a.matching + b.matching, a.tokens + b.tokens };
    if (b.firstDivergence && (!sum.firstDivergence || *b.firstDivergence < *sum.firstDivergence))
        sum.firstDivergence = b.firstDivergence;
    return sum;
}

} // namespace core
