// SPDX-License-Identifier: GPL-3.0-or-later
//
// Q2_K: 256 weights a super-block in 16 groups of 16, 84 bytes.
//   0–15   group g's scale s in bits 0–3 and minimum m in bits 4–7 of byte g
//   16–79  256 codes of 2 bits, as storeBitPairs lays them
//   80–81  scale d of the scales, binary16
//   82–83  scale dmin of the minima, binary16
// A weight is d·s·code − dmin·m. A group's scale and minimum are searched, plain for the least
// absolute error weighted by |x|, then rounded to 4 bits, then all codes are rounded anew.
// Error: 29.6 % of the root mean square of normal weights.
#include "core/formats/blockbytes.h"
#include "core/formats/codes.h"
#include "core/formats/format.h"
#include "core/formats/search.h"

#include <algorithm>
#include <cmath>

namespace core {

namespace {

    using namespace formats;

    constexpr int blockSize = 256;
    constexpr int blockBytes = 84;
    constexpr int groups = 16;
    constexpr int groupSize = 16;
    constexpr int codesAt = 16;
    constexpr int scaleAt = 80;
    constexpr int minAt = 82;
    constexpr auto levels = consecutiveLevels<4>(0);
    constexpr RangeTries plainTries{ -0.5f, 0.1f, 15, RangeTries::Error::Absolute };

    void decode(const std::byte* bytes, std::size_t blocks, float* weights)
    {
        for (std::size_t b = 0; b < blocks; ++b, bytes += blockBytes) {
            const float d = loadHalf(bytes + scaleAt);
            const float dmin = loadHalf(bytes + minAt);
            for (int g = 0; g < groups; ++g, weights += groupSize) {
                const float step = d * float(loadByte(bytes + g) & 15);
                const float min = dmin * float(loadByte(bytes + g) >> 4);
                const std::byte* pairs = bytes + codesAt + g / 8 * 32 + g % 2 * groupSize;
                const int shift = g % 8 / 2 * 2;
                for (int i = 0; i < groupSize; ++i)
                    weights[i] = step * float(loadByte(pairs + i) >> shift & 3) - min;
            }
        }
    }

    BlockScales scales(const std::byte* block)
    {
        const float d = loadHalf(block + scaleAt);
        const float dmin = loadHalf(block + minAt);
        BlockScales scales;
        for (std::size_t g = 0; g < groups; ++g) {
            scales.step[g] = d * float(loadByte(block + g) & 15);
            scales.offset[g] = -(dmin * float(loadByte(block + g) >> 4));
        }
        return scales;
    }

    void storeCodes(const std::uint8_t* codes, std::byte* block)
    {
        storeBitPairs(codes, block + codesAt);
    }

    /// What the groups of a super-block were found to need, before their scales are rounded.
    struct Found {
        std::array<float, groups> scale;
        std::array<float, groups> min;
        std::array<float, groups> weight{}; ///< of a group's weights together
    };

    /// Rounds to 4 bits in units of the largest of them divided by 15. Gives that unit.
    float roundPlain(
        const std::array<float, groups>& values, std::array<std::uint8_t, groups>& codes)
    {
        const float largest = std::max(0.0f, *std::ranges::max_element(values));
        codes.fill(0);
        if (!(largest > 0))
            return 0.0f;
        for (std::size_t g = 0; g < groups; ++g)
            codes[g] = std::uint8_t(nearestInt(15.0f / largest * values[g]));
        return largest / 15.0f;
    }

    Found search(const float* x, const float* importance, std::uint8_t* codes)
    {
        Found found;
        const float variance = importance ? sumOfSquares(x, blockSize) / blockSize : 0.0f;
        for (std::size_t g = 0; g < groups; ++g) {
            const std::size_t first = g * groupSize;
            std::array<float, groupSize> weight;
            if (importance)
                weighByImportance(
                    x + first, importance + first, variance, groupSize, weight.data());
            else
                std::transform(x + first, x + first + groupSize, weight.begin(),
                    [](float value) { return std::fabs(value); });
            for (const float w : weight)
                found.weight[g] += w;
            const ScaleMin pair = searchScaleAndMin(x + first, weight.data(), groupSize, 3,
                importance ? importanceTries : plainTries, codes + first);
            found.scale[g] = pair.scale;
            found.min[g] = pair.min;
        }
        return found;
    }

    void encodeBlock(const float* x, const float* importance, std::byte* block)
    {
        std::array<std::uint8_t, blockSize> codes;
        const Found found = search(x, importance, codes.data());
        std::array<std::uint8_t, groups> scaleCodes;
        std::array<std::uint8_t, groups> minCodes;
        const auto round = [&](const std::array<float, groups>& values, auto& rounded) {
            return importance ? searchPositiveScale(
                       values.data(), found.weight.data(), groups, 15, rounded.data())
                              : roundPlain(values, rounded);
        };
        storeHalf(round(found.scale, scaleCodes), block + scaleAt);
        storeHalf(round(found.min, minCodes), block + minAt);
        for (std::size_t g = 0; g < groups; ++g)
            block[g] = std::byte(scaleCodes[g] | minCodes[g] << 4);

        const BlockScales stored = scales(block);
        for (std::size_t g = 0; g < groups; ++g)
            if (stored.step[g] != 0.0f)
                roundToGrid(x + g * groupSize, groupSize, stored.step[g], stored.offset[g], 0, 3,
                    codes.data() + g * groupSize);
        storeCodes(codes.data(), block);
    }

    void encode(
        const float* weights, std::size_t columns, const float* importance, std::byte* bytes)
    {
        for (std::size_t i = 0; i < columns; i += blockSize, bytes += blockBytes)
            encodeBlock(weights + i, importance ? importance + i : nullptr, bytes);
    }

    constexpr Grid grid{
        .groupSize = groupSize,
        .levels = levels,
        .uniform = true,
        .scales = scales,
        .storeCodes = storeCodes,
    };

} // namespace

const Format formats::q2_K{
    .name = "Q2_K",
    .ggmlType = 10,
    .blockSize = blockSize,
    .blockBytes = blockBytes,
    .importance = Format::Importance::Used,
    .grid = &grid,
    .errorBound = 0.305f,
    .decodeBlocks = decode,
    .encodeRow = encode,
};

} // namespace core
