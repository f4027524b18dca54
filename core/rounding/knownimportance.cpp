// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/rounding/knownimportance.h"

#include <algorithm>

namespace core {

namespace {

    /// Mean of what is above 0; 0 if nothing is.
    float knownMean(std::span<const float> importance)
    {
        double sum = 0;
        int known = 0;
        for (const float value : importance) {
            if (value > 0) {
                sum += double(value);
                ++known;
            }
        }
        return known > 0 ? float(sum / known) : 0.0f;
    }

} // namespace

std::vector<float> knownImportance(std::span<const float> importance, int blockSize)
{
    const float mean = knownMean(importance);
    if (mean <= 0)
        return {};
    std::vector<float> known(importance.begin(), importance.end());
    for (std::size_t first = 0; first < known.size(); first += std::size_t(blockSize)) {
        const std::span<float> block = std::span(known).subspan(
            first, std::min(std::size_t(blockSize), known.size() - first));
        const float ofBlock = knownMean(block);
        std::ranges::replace(block, 0.0f, ofBlock > 0 ? ofBlock : mean);
    }
    return known;
}

} // namespace core
