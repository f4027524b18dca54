// SPDX-License-Identifier: GPL-3.0-or-later
//
// Q6_K: 256 weights a super-block in 16 groups of 16, 210 bytes. Code 128·h + 32·k + i, i < 32:
//   0–127    bits 0–3 in the lower (k < 2) or upper half (k >= 2) of byte 64·h + 32·(k mod 2) + i
//   128–191  bits 4–5 in bits 2·k and 2·k + 1 of byte 128 + 32·h + i
//   192–207  group g's scale s, int8, in byte 192 + g
//   208–209  scale d of the scales, binary16, of either sign
// A weight is d·s·(code − 32). A group's scale is searched (plain, an error counts by x²), rounded
// to 8 bits, and all codes are rounded anew. Importance alone weighs an error.
// Error: 1.8 % of the root mean square of normal weights.
#include "core/formats/blockbytes.h"
#include "core/formats/closer.h"
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
    constexpr int blockBytes = 210;
    constexpr int groups = 16;
    constexpr int groupSize = 16;
    constexpr int half = 32; ///< code of level 0
    constexpr int pairsAt = 128;
    constexpr int scalesAt = 192;
    constexpr int scaleAt = 208;
    constexpr auto levels = consecutiveLevels<64>(-half);

    BlockScales scales(const std::byte* block)
    {
        const float d = loadHalf(block + scaleAt);
        BlockScales scales;
        for (std::size_t g = 0; g < groups; ++g)
            scales.step[g] = d * float(std::int8_t(block[scalesAt + g]));
        return scales;
    }

    template<int width>
    QUANTSCOPE_KERNEL void decodeKernel(const std::byte* bytes, std::size_t blocks, float* weights)
    {
        for (std::size_t b = 0; b < blocks; ++b, bytes += blockBytes, weights += blockSize) {
            const BlockScales s = scales(bytes);
            for (int h = 0; h < 2; ++h) {
                for (int i = 0; i < 32; i += width) {
                    const Ints<width> pairs = bytesFrom<width>(bytes + pairsAt + 32 * h + i);
                    for (int k = 0; k < 4; ++k) {
                        const Ints<width> nibbles
                            = bytesFrom<width>(bytes + 64 * h + 32 * (k % 2) + i);
                        const Ints<width> code
                            = (nibbles >> k / 2 * 4 & 15) | (pairs >> 2 * k & 3) << 4;
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
        for (int h = 0; h < 2; ++h, codes += 128) {
            std::byte* nibbles = block + 64 * h;
            std::byte* pairs = block + pairsAt + 32 * h;
            for (int i = 0; i < 32; ++i) {
                nibbles[i] = std::byte((codes[i] & 15) | (codes[i + 64] & 15) << 4);
                nibbles[i + 32] = std::byte((codes[i + 32] & 15) | (codes[i + 96] & 15) << 4);
                pairs[i] = std::byte(codes[i] >> 4 | codes[i + 32] >> 4 << 2
                    | codes[i + 64] >> 4 << 4 | codes[i + 96] >> 4 << 6);
            }
        }
    }

    /// Rounds the groups' scales to 8 bits, the largest to −128, and stores them.
    void storeScales(const std::array<float, groups>& scales, float largest, std::byte* block)
    {
        const float inverse = -128.0f / largest;
        storeHalf(1 / inverse, block + scaleAt);
        for (std::size_t g = 0; g < groups; ++g)
            block[scalesAt + g] = std::byte(std::min(127, nearestInt(inverse * scales[g])));
    }

    /// Rounds all weights of a block to the grid that is stored in it. A group whose step became 0
    /// keeps the codes of the search.
    void storeBlock(const float* x, const FoundScales& found, std::byte* block)
    {
        std::array<std::uint8_t, blockSize> codes{};
        const BlockScales stored = scales(block);
        for (std::size_t g = 0; g < groups; ++g) {
            const float* group = x + g * groupSize;
            std::uint8_t* code = codes.data() + g * groupSize;
            if (stored.step[g] != 0.0f)
                roundToGrid(group, groupSize, stored.step[g], 0.0f, half, 2 * half - 1, code);
            else if (found.inverse[g] != 0.0f)
                roundByInverse(group, groupSize, 0.0f, found.inverse[g], half, 2 * half - 1, code);
        }
        storeCodes(codes.data(), block);
    }

    void encodeBlock(const float* x, const float* importance, Groups& block, std::byte* bytes)
    {
        loadColumns(consecutiveGroups(x, groupSize), groupSize, block.x.data());
        if (importance)
            loadColumns(consecutiveGroups(importance, groupSize), groupSize, block.weight.data());
        else
            weighBySquares(block);
        const FoundScales found = searchScales(block, half);
        float largest = 0.0f;
        for (const float scale : found.scale)
            largest = std::fabs(scale) > std::fabs(largest) ? scale : largest;
        if (std::fabs(largest) < zeroGroup) {
            std::fill_n(bytes, blockBytes, std::byte(0));
            return;
        }
        storeScales(found.scale, largest, bytes);
        storeBlock(x, found, bytes);
    }

    void encodeRow(
        const float* weights, std::size_t columns, const float* importance, std::byte* bytes)
    {
        Groups block;
        block.size = groupSize;
        for (std::size_t i = 0; i < columns; i += blockSize, bytes += blockBytes)
            encodeBlock(weights + i, importance ? importance + i : nullptr, block, bytes);
    }

    constexpr Grid grid{
        .groupSize = groupSize,
        .levels = levels,
        .uniform = true,
        .scales = scales,
        .storeCodes = storeCodes,
    };

} // namespace

void formats::closer::encodeQ6K(const RowsToEncode& rows)
{
    Groups loaded;
    forBlocks(rows, blockSize, blockBytes, [&](const Blocks& blocks) {
        for (std::size_t b = 0; b < std::size_t(blocks.count); ++b) {
            loadWithImportance(consecutiveGroups(blocks.x[b], groupSize),
                consecutiveGroups(blocks.importance[b], groupSize), groupSize, loaded);
            const FoundScales found = searchScales(loaded, half);
            const float largest = *std::ranges::max_element(
                found.scale, {}, [](float scale) { return std::fabs(scale); });
            StoredScales stored{ groups, -128, 127, 0 };
            stored.unit.fill(halfToFloat(floatToHalf(-largest / 128)));
            for (std::size_t g = 0; g < groups && stored.unit[0] != 0.0f; ++g)
                stored.scale[g]
                    = std::clamp(nearestInt(found.scale[g] / stored.unit[0]), -128, 127);
            refineScales(loaded, { -half, half - 1 }, stored);
            storeHalf(stored.unit[0], blocks.bytes[b] + scaleAt);
            for (std::size_t g = 0; g < groups; ++g)
                blocks.bytes[b][scalesAt + std::ptrdiff_t(g)] = std::byte(stored.scale[g]);
            storeBlock(blocks.x[b], found, blocks.bytes[b]);
        }
    });
}

const Format formats::q6_K{
    .name = "Q6_K",
    .ggmlType = 14,
    .blockSize = blockSize,
    .blockBytes = blockBytes,
    .importance = Format::Importance::Used,
    .grid = &grid,
    .errorBound = 0.0185f,
    .decodeBlocks = decodeBlocks,
    .encodeRows = eachRow<encodeRow>,
};

} // namespace core
