// SPDX-License-Identifier: GPL-3.0-or-later
//
// IQ4_XS: 256 weights a super-block in 8 groups of 32, 136 bytes.
//   0–1    scale d of the scales, binary16, of either sign
//   2–3    bits 4–5 of group g's scale s in bits 2·g and 2·g + 1, little-endian
//   4–7    bits 0–3 of s: groups 2·i in the lower, 2·i + 1 in the upper half of byte 4 + i
//   8–135  codes of 4 bits: group g's code i < 16 in the lower, code i + 16 in the upper half of
//          byte 8 + 16·g + i
// A weight is d·(s − 32)·level[code] with the levels of iq4.h.
// Error: 7.6 % of the root mean square of normal weights.
#include "core/formats/blockbytes.h"
#include "core/formats/closer.h"
#include "core/formats/codes.h"
#include "core/formats/decoding.h"
#include "core/formats/format.h"
#include "core/formats/gridfit.h"
#include "core/formats/iq4.h"
#include "core/formats/search.h"

#include <algorithm>
#include <cmath>

namespace core {

namespace {

    using namespace formats;

    constexpr int blockSize = 256;
    constexpr int blockBytes = 136;
    constexpr int groups = 8;
    constexpr int highAt = 2;
    constexpr int lowAt = 4;
    constexpr int codesAt = 8;
    constexpr int half = 32; ///< s of a scale of 0

    BlockScales scales(const std::byte* block)
    {
        const float d = loadHalf(block);
        BlockScales scales;
        for (int g = 0; g < groups; ++g) {
            const unsigned low = loadByte(block + lowAt + g / 2) >> g % 2 * 4 & 15;
            const unsigned high = loadByte(block + highAt + g / 4) >> g % 4 * 2 & 3;
            scales.step[std::size_t(g)] = d * float(int(low | high << 4) - half);
        }
        return scales;
    }

    void storeScales(const std::array<int, groups>& s, std::byte* block)
    {
        for (std::size_t i = 0; i < 2; ++i)
            block[highAt + i] = std::byte(s[4 * i] >> 4 | s[4 * i + 1] >> 4 << 2
                | s[4 * i + 2] >> 4 << 4 | s[4 * i + 3] >> 4 << 6);
        for (std::size_t i = 0; i < 4; ++i)
            block[lowAt + i] = std::byte((s[2 * i] & 15) | (s[2 * i + 1] & 15) << 4);
    }

    template<int width>
    QUANTSCOPE_KERNEL void decodeKernel(const std::byte* bytes, std::size_t blocks, float* weights)
    {
        for (std::size_t b = 0; b < blocks; ++b, bytes += blockBytes, weights += blockSize) {
            const BlockScales s = scales(bytes);
            for (std::size_t g = 0; g < groups; ++g)
                iq4::decodeGroup<width>(
                    bytes + codesAt + 16 * g, s.step[g], weights + iq4::groupSize * g);
        }
    }

    QUANTSCOPE_EVERY_WIDTH(void decode(const std::byte* bytes, std::size_t blocks, float* weights),
        decodeKernel, (bytes, blocks, weights))

    void decodeBlocks(const std::byte* bytes, std::size_t blocks, float* weights)
    {
        decode(bytes, blocks, weights);
    }

    void storeCodes(const std::uint8_t* codes, std::byte* block)
    {
        for (int g = 0; g < groups; ++g)
            storeNibbles(codes + 32 * g, block + codesAt + 16 * g);
    }

    /// Searches the scales of blocks `first` and `first` + 1, as pairOfBlocks lays them.
    Sixteen searchPair(
        const Blocks& blocks, std::size_t first, const Sixteen& squares, Groups& pair)
    {
        Sixteen variance;
        for (std::size_t lane = 0; lane < together; ++lane)
            variance[lane] = squares[first + lane / groups] * (2.0f / blockSize);
        iq4::loadGroups(
            pairOfBlocks(blocks.x, first), pairOfBlocks(blocks.importance, first), variance, pair);
        return iq4::searchScales(pair);
    }

    /// Rounds the scales that were found for a block's groups and stores all.
    void storeBlock(const float* x, const float* found, std::byte* block)
    {
        float largest = 0.0f;
        for (std::size_t g = 0; g < groups; ++g)
            largest = std::fabs(found[g]) > std::fabs(largest) ? found[g] : largest;
        const float d = -largest / half;
        const float inverse = d != 0.0f ? 1 / d : 0.0f;
        std::array<int, groups> s;
        std::array<std::uint8_t, blockSize> codes;
        for (std::size_t g = 0; g < groups; ++g) {
            const int level = std::clamp(nearestInt(inverse * found[g]), -half, half - 1);
            const float step = d * float(level);
            s[g] = level + half;
            iq4::roundToLevels(x + g * iq4::groupSize, step != 0.0f ? 1 / step : 0.0f,
                codes.data() + g * iq4::groupSize);
        }
        storeHalf(d, block);
        storeScales(s, block);
        storeCodes(codes.data(), block);
    }

    /// Stores a block with the scales of lanes `lane` …
    void storeRefined(
        const float* x, const StoredScales& stored, std::size_t lane, std::byte* block)
    {
        std::array<int, groups> s;
        std::array<std::uint8_t, blockSize> codes;
        for (std::size_t g = 0; g < groups; ++g) {
            s[g] = stored.scale[lane + g] + half;
            const float step = stored.unit[lane] * float(stored.scale[lane + g]);
            iq4::roundToLevels(x + g * iq4::groupSize, step != 0.0f ? 1 / step : 0.0f,
                codes.data() + g * iq4::groupSize);
        }
        storeHalf(stored.unit[lane], block);
        storeScales(s, block);
        storeCodes(codes.data(), block);
    }

    void encode(const RowsToEncode& rows)
    {
        Groups pair;
        forBlocks(rows, blockSize, blockBytes, [&](const Blocks& blocks) {
            const Sixteen squares = sumsOfSquares(blocks.x, blockSize);
            for (std::size_t first = 0; first < std::size_t(blocks.count); first += 2) {
                const Sixteen found = searchPair(blocks, first, squares, pair);
                for (std::size_t b = first;
                     b < std::min<std::size_t>(first + 2, std::size_t(blocks.count)); ++b)
                    storeBlock(blocks.x[b], &found[b % 2 * groups], blocks.bytes[b]);
            }
        });
    }

    constexpr Grid grid{
        .groupSize = iq4::groupSize,
        .levels = iq4::levels,
        .uniform = false,
        .scales = scales,
        .storeCodes = storeCodes,
    };

} // namespace

void formats::closer::encodeIq4Xs(const RowsToEncode& rows)
{
    Groups pair;
    forBlocks(rows, blockSize, blockBytes, [&](const Blocks& blocks) {
        for (std::size_t first = 0; first < std::size_t(blocks.count); first += 2) {
            loadWithImportance(pairOfBlocks(blocks.x, first),
                pairOfBlocks(blocks.importance, first), iq4::groupSize, pair);
            const Sixteen found = iq4::searchScales(pair);
            StoredScales stored{ groups, -half, half - 1, 0 };
            for (std::size_t lane = 0; lane < together; ++lane) {
                const float* own = &found[lane / groups * groups];
                const float largest = *std::max_element(own, own + groups,
                    [](float a, float b) { return std::fabs(a) < std::fabs(b); });
                stored.unit[lane] = halfToFloat(floatToHalf(-largest / half));
                stored.scale[lane] = stored.unit[lane] != 0.0f
                    ? std::clamp(nearestInt(found[lane] / stored.unit[lane]), -half, half - 1)
                    : 0;
            }
            refineScales(pair, { .isIq4 = true }, stored);
            for (std::size_t b = first;
                 b < std::min<std::size_t>(first + 2, std::size_t(blocks.count)); ++b)
                storeRefined(blocks.x[b], stored, b % 2 * groups, blocks.bytes[b]);
        }
    });
}

const Format formats::iq4_XS{
    .name = "IQ4_XS",
    .ggmlType = 23,
    .blockSize = blockSize,
    .blockBytes = blockBytes,
    .importance = Format::Importance::Used,
    .grid = &grid,
    .errorBound = 0.079f,
    .decodeBlocks = decodeBlocks,
    .encodeRows = encode,
};

} // namespace core
