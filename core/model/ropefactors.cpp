// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/ropefactors.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <algorithm>
#include <cmath>

namespace core {

std::vector<float> ropeFactors(const StoredTensor& stored, const ModelConfig& config)
{
    const std::vector<std::int64_t> expected{
        (config.rotaryChannels > 0 ? config.rotaryChannels : config.headDim) / 2
    };
    if (stored.shape != expected)
        throw Error(text(stored.file, ": tensor ", stored.name, " has shape ",
            shapeText(stored.shape), ", expected ", shapeText(expected)));
    std::vector<float> factors(std::size_t(expected.front()));
    if (!stored.format || !stored.format->fits(factors.size()))
        throw Error(text(stored.file, ": tensor ", stored.name, " is stored as ",
            stored.format ? stored.format->name : stored.dtype, ", expected F32"));
    stored.format->decodeBlocks(stored.bytes.data(),
        factors.size() / std::size_t(stored.format->blockSize), factors.data());
    const auto bad = std::ranges::find_if(
        factors, [](float factor) { return !(factor > 0) || !std::isfinite(factor); });
    if (bad != factors.end())
        throw Error(text(stored.file, ": tensor ", stored.name, " holds ", *bad, " in column ",
            bad - factors.begin(), ", expected divisors above 0"));
    return factors;
}

} // namespace core
