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
#include "core/formats/closer.h"
#include "core/formats/codes.h"
#include "core/formats/decoding.h"
#include "core/formats/format.h"
#include "core/formats/gridfit.h"
#include "core/formats/search.h"

#include <algorithm>

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

    template<int width>
    QUANTSCOPE_KERNEL void decodeKernel(const std::byte* bytes, std::size_t blocks, float* weights)
    {
        for (std::size_t b = 0; b < blocks; ++b, bytes += blockBytes, weights += blockSize) {
            const BlockScales s = scales(bytes);
            for (int h = 0; h < 2; ++h) {
                for (int i = 0; i < 32; i += width) {
                    const Ints<width> pairs = bytesFrom<width>(bytes + codesAt + 32 * h + i);
                    for (int k = 0; k < 4; ++k) {
                        const std::size_t g = std::size_t(8 * h + 2 * k + i / groupSize);
                        store(s.step[g] * toFloats<width>(pairs >> 2 * k & 3) + s.offset[g],
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
        storeBitPairs(codes, block + codesAt);
    }

    /// What the groups of sixteen super-blocks were found to need, before their scales are rounded.
    struct Found {
        std::array<FoundRanges, together> ranges; ///< of each block, a group a lane
        Groups scales{ .size = groups, .x = {}, .weight = {} }; ///< a block a lane
        Groups mins{ .size = groups, .x = {}, .weight = {} };
    };

    void searchBlock(const Groups& block, std::size_t b, const RangeTries& tries, Found& found)
    {
        searchScalesAndMins(block, 3, tries, found.ranges[b]);
        for (std::size_t g = 0; g < groups; ++g) {
            found.scales.x[g][b] = found.ranges[b].scale[g];
            found.mins.x[g][b] = found.ranges[b].min[g];
            found.scales.weight[g][b] = found.ranges[b].weight[g];
            found.mins.weight[g][b] = found.ranges[b].weight[g];
        }
    }

    void search(const Blocks& blocks, Found& found)
    {
        const bool isPlain = !blocks.importance[0];
        Sixteen variances{};
        if (!isPlain)
            variances = sumsOfSquares(blocks.x, blockSize);
        Groups block;
        block.size = groupSize;
        for (std::size_t b = 0; b < std::size_t(blocks.count); ++b) {
            loadColumns(consecutiveGroups(blocks.x[b], groupSize), groupSize, block.x.data());
            if (isPlain) {
                weighByMagnitudes({}, block);
            } else {
                loadColumns(consecutiveGroups(blocks.importance[b], groupSize), groupSize,
                    block.weight.data());
                Sixteen variance;
                variance.fill(variances[b] / blockSize);
                weighByImportance(variance, block);
            }
            searchBlock(block, b, isPlain ? plainTries : importanceTries, found);
        }
    }

    /// Rounds to 4 bits in units of the largest of them divided by 15, the unit being the scale.
    FoundLevels roundPlain(const Groups& values)
    {
        FoundLevels found{};
        for (std::size_t b = 0; b < together; ++b) {
            float largest = 0.0f;
            for (std::size_t g = 0; g < groups; ++g)
                largest = std::max(largest, values.x[g][b]);
            if (!(largest > 0))
                continue;
            for (std::size_t g = 0; g < groups; ++g)
                found.levels[g][b] = std::uint8_t(nearestInt(15.0f / largest * values.x[g][b]));
            found.scale[b] = largest / 15.0f;
        }
        return found;
    }

    /// Rounds all weights of a block to the grid that is stored in it. A group whose step became 0
    /// keeps the codes of the search.
    void storeBlock(const float* x, const FoundRanges& ranges, std::byte* block)
    {
        std::array<std::uint8_t, blockSize> codes;
        const BlockScales stored = scales(block);
        for (std::size_t g = 0; g < groups; ++g) {
            const float* group = x + g * groupSize;
            std::uint8_t* code = codes.data() + g * groupSize;
            if (stored.step[g] != 0.0f)
                roundToGrid(group, groupSize, stored.step[g], stored.offset[g], 0, 3, code);
            else
                roundByInverse(group, groupSize, ranges.from[g], ranges.inverse[g], 0, 3, code);
        }
        storeCodes(codes.data(), block);
    }

    void encode(const RowsToEncode& rows)
    {
        Found found;
        forBlocks(rows, blockSize, blockBytes, [&](const Blocks& blocks) {
            search(blocks, found);
            const auto round = [&](const Groups& values) {
                return rows.importance ? searchPositiveScales(values, 15) : roundPlain(values);
            };
            const FoundLevels foundScales = round(found.scales);
            const FoundLevels foundMins = round(found.mins);
            for (std::size_t b = 0; b < std::size_t(blocks.count); ++b) {
                std::byte* block = blocks.bytes[b];
                storeHalf(foundScales.scale[b], block + scaleAt);
                storeHalf(foundMins.scale[b], block + minAt);
                for (std::size_t g = 0; g < groups; ++g)
                    block[g] = std::byte(std::uint8_t(foundScales.levels[g][b])
                        | std::uint8_t(foundMins.levels[g][b]) << 4);
                storeBlock(blocks.x[b], found.ranges[b], block);
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

void formats::closer::encodeQ2K(const RowsToEncode& rows)
{
    Found found;
    std::array<Groups, together> loaded;
    forBlocks(rows, blockSize, blockBytes, [&](const Blocks& blocks) {
        const auto count = std::size_t(blocks.count);
        for (std::size_t b = 0; b < count; ++b) {
            loadWithImportance(consecutiveGroups(blocks.x[b], groupSize),
                consecutiveGroups(blocks.importance[b], groupSize), groupSize, loaded[b]);
            searchBlock(loaded[b], b, importanceTries, found);
        }
        const FoundLevels foundScales = searchPositiveScales(found.scales, 15);
        const FoundLevels foundMins = searchPositiveScales(found.mins, 15);
        for (std::size_t b = 0; b < count; ++b) {
            StoredScales stored{ groups, 0, 15, 15 };
            for (std::size_t g = 0; g < groups; ++g) {
                stored.unit[g] = halfToFloat(floatToHalf(foundScales.scale[b]));
                stored.minUnit[g] = halfToFloat(floatToHalf(foundMins.scale[b]));
                stored.scale[g] = int(foundScales.levels[g][b]);
                stored.min[g] = int(foundMins.levels[g][b]);
            }
            refineScales(loaded[b], { 0, 3 }, stored);
            std::byte* block = blocks.bytes[b];
            storeHalf(stored.unit[0], block + scaleAt);
            storeHalf(stored.minUnit[0], block + minAt);
            for (std::size_t g = 0; g < groups; ++g)
                block[g] = std::byte(stored.scale[g] | stored.min[g] << 4);
            storeBlock(blocks.x[b], found.ranges[b], block);
        }
    });
}

const Format formats::q2_K{
    .name = "Q2_K",
    .ggmlType = 10,
    .blockSize = blockSize,
    .blockBytes = blockBytes,
    .importance = Format::Importance::Used,
    .grid = &grid,
    .errorBound = 0.305f,
    .decodeBlocks = decodeBlocks,
    .encodeRows = encode,
};

} // namespace core
