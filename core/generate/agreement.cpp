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

std::vector<bool> differing(const std::vector<int>& model, const std::vector<int>& original)
{
    const std::size_t m = model.size(), n = original.size();
    // longest[i][j]: of what follows token i of the one and token j of the other
    std::vector<std::vector<int>> longest(m + 1, std::vector<int>(n + 1));
    for (std::size_t i = m; i-- > 0;)
        for (std::size_t j = n; j-- > 0;)
            longest[i][j] = model[i] == original[j]
                ? longest[i + 1][j + 1] + 1
                : std::max(longest[i + 1][j], longest[i][j + 1]);
    std::vector<bool> differs(m, true);
    for (std::size_t i = 0, j = 0; i < m && j < n;) {
        if (model[i] == original[j]) {
            differs[i] = false;
            ++i;
            ++j;
        } else if (longest[i][j + 1] >= longest[i + 1][j]) {
            ++j;
        } else {
            ++i;
        }
    }
    return differs;
}

Agreement operator+(const Agreement& a, const Agreement& b)
{
    Agreement sum{ a.firstDivergence, a.matching + b.matching, a.tokens + b.tokens };
    if (b.firstDivergence && (!sum.firstDivergence || *b.firstDivergence < *sum.firstDivergence))
        sum.firstDivergence = b.firstDivergence;
    return sum;
}

} // namespace core
