// SPDX-License-Identifier: GPL-3.0-or-later
//
// Q3_K: 256 weights a super-block in 16 groups of 16, 110 bytes.
//   0–31     bit 2 of the 256 codes: code 32·k + i in bit k of byte i, i < 32
//   32–95    bits 0–1, as storeBitPairs lays them
//   96–103   bits 0–3 of group g's scale s: g < 8 in the lower, g + 8 in the upper half of byte 96
//   + g 104–107  bits 4–5 of s: group 4·k + i in bits 2·k and 2·k + 1 of byte 104 + i, i < 4
//   108–109  scale d of the scales, binary16, of either sign
// A weight is d·(s − 32)·(code − 4). A group's scale is searched, rounded to 6 bits, and all codes
// are rounded anew. Error: 15.1 % of the root mean square of normal weights.
#include "core/formats/blockbytes.h"
#include "core/formats/closer.h"
#include "core/formats/codes.h"
#include "core/formats/decoding.h"
#include "core/formats/format.h"
#include "core/formats/gridfit.h"
#include "core/formats/search.h"

#include <algorithm>
#include <cmath>

namespace core {

namespace {

    using namespace formats;

    constexpr int blockSize = 256;
    constexpr int blockBytes = 110;
    constexpr int groups = 16;
    constexpr int groupSize = 16;
    constexpr int half = 4; ///< code of level 0
    constexpr int scaleHalf = 32; ///< s of a scale of 0
    constexpr int pairsAt = 32;
    constexpr int scalesAt = 96;
    constexpr int scaleAt = 108;
    constexpr auto levels = consecutiveLevels<8>(-half);

    using ScaleCodes = std::array<std::uint8_t, groups>;

    BlockScales scales(const std::byte* block)
    {
        const float d = loadHalf(block + scaleAt);
        BlockScales scales;
        for (int g = 0; g < groups; ++g) {
            const unsigned low = loadByte(block + scalesAt + g % 8) >> g / 8 * 4 & 15;
            const unsigned high = loadByte(block + scalesAt + 8 + g % 4) >> g / 4 * 2 & 3;
            scales.step[std::size_t(g)] = d * float(int(low | high << 4) - scaleHalf);
        }
        return scales;
    }

    void storeScales(const ScaleCodes& codes, std::byte* block)
    {
        for (std::size_t g = 0; g < 8; ++g)
            block[scalesAt + g] = std::byte((codes[g] & 15) | (codes[g + 8] & 15) << 4);
        for (std::size_t i = 0; i < 4; ++i)
            block[scalesAt + 8 + i] = std::byte(codes[i] >> 4 | codes[i + 4] >> 4 << 2
                | codes[i + 8] >> 4 << 4 | codes[i + 12] >> 4 << 6);
    }

    template<int width>
    QUANTSCOPE_KERNEL void decodeKernel(const std::byte* bytes, std::size_t blocks, float* weights)
    {
        for (std::size_t b = 0; b < blocks; ++b, bytes += blockBytes, weights += blockSize) {
            const BlockScales s = scales(bytes);
            for (int i = 0; i < 32; i += width) {
                const Ints<width> plane = bytesFrom<width>(bytes + i);
                for (int h = 0; h < 2; ++h) {
                    const Ints<width> pairs = bytesFrom<width>(bytes + pairsAt + 32 * h + i);
                    for (int k = 0; k < 4; ++k) {
                        const Ints<width> code
                            = (pairs >> 2 * k & 3) | (plane >> (4 * h + k) & 1) << 2;
                        store(s.step[std::size_t(8 * h + 2 * k + i / groupSize)]
                                * toFloats<width>(code - half),
                            weights + 128 * h + 32 * k + i);
                    }
                }
            }
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
        storeBitPlane(codes, 2, block);
        storeBitPairs(codes, block + pairsAt);
    }

    /// What was found for sixteen super-blocks, before their scales are rounded.
    struct Found {
        bool isPlain; ///< without importance
        std::array<FoundScales, together> searched; ///< of each block, a group a lane
        std::array<FoundLevels, together> moved; ///< the same, plain
        Groups scales{ .size = groups, .x = {}, .weight = {} }; ///< a block a lane
    };

    void searchPlain(const Blocks& blocks, Found& found)
    {
        std::array<Groups, movedAtOnce> some;
        for (std::size_t first = 0; first < std::size_t(blocks.count); first += movedAtOnce) {
            for (std::size_t k = 0; k < movedAtOnce; ++k) {
                some[k].size = groupSize;
                loadColumns(
                    consecutiveGroups(blocks.x[first + k], groupSize), groupSize, some[k].x.data());
                weighBySquares(some[k]);
            }
            searchScalesByMoves(some, half, &found.moved[first]);
        }
        for (std::size_t b = 0; b < std::size_t(blocks.count); ++b)
            for (std::size_t g = 0; g < groups; ++g)
                found.scales.x[g][b] = found.moved[b].scale[g];
    }

    void searchBlock(const Groups& block, std::size_t b, Found& found)
    {
        const Sixteen weights = sums(block.weight.data(), groupSize);
        found.searched[b] = searchScales(block, half);
        for (std::size_t g = 0; g < groups; ++g) {
            found.scales.x[g][b] = found.searched[b].scale[g];
            found.scales.weight[g][b] = weights[g];
        }
    }

    void search(const Blocks& blocks, Found& found)
    {
        const Sixteen variances = sumsOfSquares(blocks.x, blockSize);
        Groups block;
        block.size = groupSize;
        for (std::size_t b = 0; b < std::size_t(blocks.count); ++b) {
            loadColumns(consecutiveGroups(blocks.x[b], groupSize), groupSize, block.x.data());
            loadColumns(
                consecutiveGroups(blocks.importance[b], groupSize), groupSize, block.weight.data());
            Sixteen variance;
            variance.fill(2 * variances[b] / blockSize);
            weighByImportance(variance, block);
            searchBlock(block, b, found);
        }
    }

    /// Rounds the scales of block `b` to 6 bits, the largest to −32, and stores them.
    void storePlainScales(const Groups& scales, std::size_t b, std::byte* block)
    {
        float largest = 0.0f;
        for (std::size_t g = 0; g < groups; ++g)
            largest = std::fabs(scales.x[g][b]) > std::fabs(largest) ? scales.x[g][b] : largest;
        ScaleCodes codes{};
        const float inverse = largest != 0.0f ? -float(scaleHalf) / largest : 0.0f;
        for (std::size_t g = 0; g < groups && largest != 0.0f; ++g) {
            const int level
                = std::int8_t(nearestInt(inverse * scales.x[g][b])); // 8 bits, as in ggml
            codes[g] = std::uint8_t(std::clamp(level, -scaleHalf, scaleHalf - 1) + scaleHalf);
        }
        storeHalf(largest != 0.0f ? 1 / inverse : 0.0f, block + scaleAt);
        storeScales(codes, block);
    }

    /// The same with the scale of the scales that was searched.
    void storeSearchedScales(
        const Groups& scales, const FoundScales& found, std::size_t b, std::byte* block)
    {
        ScaleCodes codes{};
        std::array<float, groups> values;
        for (std::size_t g = 0; g < groups; ++g)
            values[g] = scales.x[g][b];
        if (found.inverse[b] != 0.0f)
            roundByInverse(values.data(), groups, 0.0f, found.inverse[b], scaleHalf,
                2 * scaleHalf - 1, codes.data());
        storeHalf(found.scale[b], block + scaleAt);
        storeScales(codes, block);
    }

    /// The codes that the search gave a group, for one whose step became 0.
    void searchedCodes(
        const float* x, const Found& found, std::size_t b, std::size_t g, std::uint8_t* codes)
    {
        std::fill_n(codes, groupSize, std::uint8_t(0));
        if (found.isPlain) {
            for (std::size_t i = 0; i < groupSize; ++i)
                codes[i] = std::uint8_t(int(found.moved[b].levels[i][g]) + half);
        } else if (found.searched[b].inverse[g] != 0.0f) {
            roundByInverse(
                x, groupSize, 0.0f, found.searched[b].inverse[g], half, 2 * half - 1, codes);
        }
    }

    /// Rounds all weights of block `b` to the grid that is stored in it.
    void storeBlock(const float* x, const Found& found, std::size_t b, std::byte* block)
    {
        std::array<std::uint8_t, blockSize> codes;
        const BlockScales stored = scales(block);
        for (std::size_t g = 0; g < groups; ++g) {
            const float* group = x + g * groupSize;
            std::uint8_t* code = codes.data() + g * groupSize;
            if (stored.step[g] != 0.0f)
                roundToGrid(group, groupSize, stored.step[g], 0.0f, half, 2 * half - 1, code);
            else
                searchedCodes(group, found, b, g, code);
        }
        storeCodes(codes.data(), block);
    }

    void encode(const RowsToEncode& rows)
    {
        Found found;
        found.isPlain = !rows.importance;
        forBlocks(rows, blockSize, blockBytes, [&](const Blocks& blocks) {
            FoundScales ofScales{};
            if (found.isPlain) {
                searchPlain(blocks, found);
            } else {
                search(blocks, found);
                ofScales = searchScales(found.scales, scaleHalf);
            }
            for (std::size_t b = 0; b < std::size_t(blocks.count); ++b) {
                if (found.isPlain)
                    storePlainScales(found.scales, b, blocks.bytes[b]);
                else
                    storeSearchedScales(found.scales, ofScales, b, blocks.bytes[b]);
                storeBlock(blocks.x[b], found, b, blocks.bytes[b]);
            }
        });
    }

    constexpr Grid grid{
        .groupSize = groupSize,
        .levels = levels,
        .uniform = true,
        .scales = scales,
        .storeCodes = storeCodes,
    };

} // namespace

void formats::closer::encodeQ3K(const RowsToEncode& rows)
{
    Found found;
    found.isPlain = false;
    std::array<Groups, together> loaded;
    forBlocks(rows, blockSize, blockBytes, [&](const Blocks& blocks) {
        const auto count = std::size_t(blocks.count);
        for (std::size_t b = 0; b < count; ++b) {
            loadWithImportance(consecutiveGroups(blocks.x[b], groupSize),
                consecutiveGroups(blocks.importance[b], groupSize), groupSize, loaded[b]);
            searchBlock(loaded[b], b, found);
        }
        const FoundScales ofScales = searchScales(found.scales, scaleHalf);
        for (std::size_t b = 0; b < count; ++b) {
            StoredScales stored{ groups, -scaleHalf, scaleHalf - 1, 0 };
            for (std::size_t g = 0; g < groups; ++g) {
                stored.unit[g] = halfToFloat(floatToHalf(ofScales.scale[b]));
                stored.scale[g] = std::clamp(nearestInt(ofScales.inverse[b] * found.scales.x[g][b]),
                    -scaleHalf, scaleHalf - 1);
            }
            refineScales(loaded[b], { -half, half - 1 }, stored);
            ScaleCodes codes;
            for (std::size_t g = 0; g < groups; ++g)
                codes[g] = std::uint8_t(stored.scale[g] + scaleHalf);
            storeHalf(stored.unit[0], blocks.bytes[b] + scaleAt);
            storeScales(codes, blocks.bytes[b]);
            storeBlock(blocks.x[b], found, b, blocks.bytes[b]);
        }
    });
}

const Format formats::q3_K{
    .name = "Q3_K",
    .ggmlType = 11,
    .blockSize = blockSize,
    .blockBytes = blockBytes,
    .importance = Format::Importance::Used,
    .grid = &grid,
    .errorBound = 0.156f,
    .decodeBlocks = decodeBlocks,
    .encodeRows = encode,
};

} // namespace core
