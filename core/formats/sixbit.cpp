// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/sixbit.h"

#include "core/formats/blockbytes.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace core::formats::sixbit {

namespace {

    constexpr int scalesAt = 4;
    constexpr int largestSix = 63;

    using Codes = std::array<std::uint8_t, groups>;
    using Values = std::array<float, groups>;

    void storeSixBits(const Codes& scale, const Codes& min, std::byte* bytes)
    {
        for (std::size_t g = 0; g < 4; ++g) {
            bytes[g] = std::byte(scale[g] | scale[g + 4] >> 4 << 6);
            bytes[g + 4] = std::byte(min[g] | min[g + 4] >> 4 << 6);
            bytes[g + 8] = std::byte((scale[g + 4] & 15) | (min[g + 4] & 15) << 4);
        }
    }

    /// Rounds to 6 bits in units of the largest of them divided by 63. Gives that unit.
    float roundPlain(const Values& values, Codes& codes)
    {
        const float largest = std::max(0.0f, *std::ranges::max_element(values));
        const float inverse = largest > 0 ? float(largestSix) / largest : 0.0f;
        for (std::size_t g = 0; g < groups; ++g)
            codes[g]
                = std::min<std::uint8_t>(largestSix, std::uint8_t(nearestInt(inverse * values[g])));
        return largest / float(largestSix);
    }

    /// What the groups of a super-block were found to need, before their scales are rounded.
    struct Found {
        Values scale;
        Values min;
        Values weight{}; ///< of a group's weights together
    };

    Found search(const float* x, const float* importance, int largestCode, const RangeTries& tries,
        std::uint8_t* codes)
    {
        Found found;
        const float variance = importance ? 2 * sumOfSquares(x, blockSize) / blockSize : 0.0f;
        for (std::size_t g = 0; g < groups; ++g) {
            const float* group = x + g * groupSize;
            std::array<float, groupSize> weight;
            if (importance) {
                weighByImportance(
                    group, importance + g * groupSize, variance, groupSize, weight.data());
            } else {
                const float size = std::sqrt(sumOfSquares(group, groupSize) / groupSize);
                for (std::size_t i = 0; i < groupSize; ++i)
                    weight[i] = size + std::fabs(group[i]);
            }
            for (const float w : weight)
                found.weight[g] += w;
            const ScaleMin pair = searchScaleAndMin(
                group, weight.data(), groupSize, largestCode, tries, codes + g * groupSize);
            found.scale[g] = pair.scale;
            found.min[g] = pair.min;
        }
        return found;
    }

} // namespace

BlockScales scales(const std::byte* block)
{
    const float d = loadHalf(block);
    const float dmin = loadHalf(block + 2);
    const std::byte* bytes = block + scalesAt;
    BlockScales scales;
    for (std::size_t g = 0; g < 4; ++g) {
        const unsigned s = loadByte(bytes + g);
        const unsigned m = loadByte(bytes + g + 4);
        const unsigned low = loadByte(bytes + g + 8);
        scales.step[g] = d * float(s & 63);
        scales.offset[g] = -(dmin * float(m & 63));
        scales.step[g + 4] = d * float((low & 15) | s >> 6 << 4);
        scales.offset[g + 4] = -(dmin * float(low >> 4 | m >> 6 << 4));
    }
    return scales;
}

void encodeBlock(const float* x, const float* importance, int largestCode,
    const RangeTries& plainTries, decltype(Grid::storeCodes) storeCodes, std::byte* block)
{
    std::array<std::uint8_t, blockSize> codes;
    const Found found = search(
        x, importance, largestCode, importance ? importanceTries : plainTries, codes.data());
    Codes scaleCodes;
    Codes minCodes;
    const auto round = [&](const Values& values, Codes& rounded) {
        return importance ? searchPositiveScale(
                   values.data(), found.weight.data(), groups, largestSix, rounded.data())
                          : roundPlain(values, rounded);
    };
    storeHalf(round(found.scale, scaleCodes), block);
    storeHalf(round(found.min, minCodes), block + 2);
    storeSixBits(scaleCodes, minCodes, block + scalesAt);

    const BlockScales stored = scales(block);
    for (std::size_t g = 0; g < groups; ++g)
        if (stored.step[g] != 0.0f)
            roundToGrid(x + g * groupSize, groupSize, stored.step[g], stored.offset[g], 0,
                largestCode, codes.data() + g * groupSize);
    storeCodes(codes.data(), block);
}

} // namespace core::formats::sixbit
