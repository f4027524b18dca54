// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/sixbit.h"

#include "core/formats/blockbytes.h"
#include "core/formats/gridfit.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace core::formats::sixbit {

namespace {

    constexpr int scalesAt = 4;
    constexpr int largestSix = 63;

    using Codes = std::array<std::uint8_t, groups>;

    void storeSixBits(const Codes& scale, const Codes& min, std::byte* bytes)
    {
        for (std::size_t g = 0; g < 4; ++g) {
            bytes[g] = std::byte(scale[g] | scale[g + 4] >> 4 << 6);
            bytes[g + 4] = std::byte(min[g] | min[g + 4] >> 4 << 6);
            bytes[g + 8] = std::byte((scale[g + 4] & 15) | (min[g + 4] & 15) << 4);
        }
    }

    /// What the groups of sixteen super-blocks were found to need, before their scales are rounded.
    struct Found {
        /// Group g of block b is lane b % 2 · 8 + g of ranges[b / 2].
        std::array<FoundRanges, together / 2> ranges;
        Groups scales{ .size = groups, .x = {}, .weight = {} }; ///< block b in lane b
        Groups mins{ .size = groups, .x = {}, .weight = {} };
    };

    /// Loads the groups of blocks `first` and `first` + 1 and what their errors count.
    void loadPair(const Blocks& blocks, std::size_t first, const Sixteen& variances, Groups& pair)
    {
        const Places x = pairOfBlocks(blocks.x, first);
        loadColumns(x, groupSize, pair.x.data());
        if (blocks.importance[first]) {
            loadColumns(pairOfBlocks(blocks.importance, first), groupSize, pair.weight.data());
            Sixteen variance;
            for (std::size_t lane = 0; lane < together; ++lane)
                variance[lane] = variances[first + lane / groups];
            weighByImportance(variance, pair);
        } else {
            Sixteen size = sumsOfSquares(x, groupSize);
            for (float& value : size)
                value = std::sqrt(value / groupSize);
            weighByMagnitudes(size, pair);
        }
    }

    /// Searches the scales of the two blocks that were loaded.
    void searchPair(const Groups& pair, std::size_t first, int largestCode, const RangeTries& tries,
        Found& found)
    {
        FoundRanges& ranges = found.ranges[first / 2];
        searchScalesAndMins(pair, largestCode, tries, ranges);
        for (std::size_t lane = 0; lane < together; ++lane) {
            const std::size_t block = first + lane / groups;
            found.scales.x[lane % groups][block] = ranges.scale[lane];
            found.mins.x[lane % groups][block] = ranges.min[lane];
            found.scales.weight[lane % groups][block] = ranges.weight[lane];
            found.mins.weight[lane % groups][block] = ranges.weight[lane];
        }
    }

    void search(const Blocks& blocks, int largestCode, const RangeTries& tries, Found& found)
    {
        Sixteen variances{};
        if (blocks.importance[0])
            variances = sumsOfSquares(blocks.x, blockSize);
        for (float& variance : variances)
            variance = 2 * variance / blockSize;
        Groups pair;
        pair.size = groupSize;
        for (std::size_t first = 0; first < std::size_t(blocks.count); first += 2) {
            loadPair(blocks, first, variances, pair);
            searchPair(pair, first, largestCode, tries, found);
        }
    }

    /// Rounds to 6 bits in units of the largest of them divided by 63, the unit being the scale.
    FoundLevels roundPlain(const Groups& values)
    {
        FoundLevels found;
        for (std::size_t block = 0; block < together; ++block) {
            float largest = 0.0f;
            for (std::size_t g = 0; g < groups; ++g)
                largest = std::max(largest, values.x[g][block]);
            const float inverse = largest > 0 ? float(largestSix) / largest : 0.0f;
            for (std::size_t g = 0; g < groups; ++g)
                found.levels[g][block] = std::min<std::uint8_t>(
                    largestSix, std::uint8_t(nearestInt(inverse * values.x[g][block])));
            found.scale[block] = largest / float(largestSix);
        }
        return found;
    }

    Codes codesOf(const FoundLevels& found, std::size_t block)
    {
        Codes codes;
        for (std::size_t g = 0; g < groups; ++g)
            codes[g] = std::uint8_t(found.levels[g][block]);
        return codes;
    }

    /// Rounds all weights of a block to the grid that is stored in it. A group whose step became 0
    /// keeps the codes of the search: lanes `lane` … of `ranges`.
    void storeBlock(const float* x, const FoundRanges& ranges, std::size_t lane, int largestCode,
        decltype(Grid::storeCodes) storeCodes, std::byte* block)
    {
        std::array<std::uint8_t, blockSize> codes;
        const BlockScales stored = scales(block);
        for (std::size_t g = 0; g < groups; ++g) {
            const float* group = x + g * groupSize;
            std::uint8_t* code = codes.data() + g * groupSize;
            if (stored.step[g] != 0.0f)
                roundToGrid(
                    group, groupSize, stored.step[g], stored.offset[g], 0, largestCode, code);
            else
                roundByInverse(group, groupSize, ranges.from[lane + g], ranges.inverse[lane + g], 0,
                    largestCode, code);
        }
        storeCodes(codes.data(), block);
    }

    /// Blocks `first` and `first` + 1: refined from what was searched for them.
    StoredScales refinePair(const Groups& pair, const FoundLevels& scales, const FoundLevels& mins,
        std::size_t first, int largestCode)
    {
        StoredScales stored{ groups, 0, largestSix, largestSix };
        for (std::size_t lane = 0; lane < together; ++lane) {
            const std::size_t block = first + lane / groups;
            stored.unit[lane] = halfToFloat(floatToHalf(scales.scale[block]));
            stored.minUnit[lane] = halfToFloat(floatToHalf(mins.scale[block]));
            stored.scale[lane] = int(scales.levels[lane % groups][block]);
            stored.min[lane] = int(mins.levels[lane % groups][block]);
        }
        refineScales(pair, { 0, largestCode }, stored);
        return stored;
    }

    void storeRefined(const StoredScales& stored, std::size_t lane, std::byte* block)
    {
        Codes scale, min;
        for (std::size_t g = 0; g < groups; ++g) {
            scale[g] = std::uint8_t(stored.scale[lane + g]);
            min[g] = std::uint8_t(stored.min[lane + g]);
        }
        storeHalf(stored.unit[lane], block);
        storeHalf(stored.minUnit[lane], block + 2);
        storeSixBits(scale, min, block + scalesAt);
    }

} // namespace

BlockScales scales(const std::byte* block)
{
    const float d = loadHalf(block);
    const float dmin = loadHalf(block + 2);
    const SixBits bits = sixBits(block);
    BlockScales scales;
    for (std::size_t g = 0; g < groups; ++g) {
        scales.step[g] = d * float(bits.scales >> 8 * g & 63);
        scales.offset[g] = -(dmin * float(bits.mins >> 8 * g & 63));
    }
    return scales;
}

void encodeRows(const RowsToEncode& rows, int largestCode, const RangeTries& plainTries,
    int blockBytes, decltype(Grid::storeCodes) storeCodes)
{
    const bool isPlain = !rows.importance;
    Found found;
    forBlocks(rows, blockSize, blockBytes, [&](const Blocks& blocks) {
        search(blocks, largestCode, isPlain ? plainTries : importanceTries, found);
        const auto round = [&](const Groups& values) {
            return isPlain ? roundPlain(values) : searchPositiveScales(values, largestSix);
        };
        const FoundLevels foundScales = round(found.scales);
        const FoundLevels foundMins = round(found.mins);
        for (std::size_t b = 0; b < std::size_t(blocks.count); ++b) {
            std::byte* block = blocks.bytes[b];
            storeHalf(foundScales.scale[b], block);
            storeHalf(foundMins.scale[b], block + 2);
            storeSixBits(codesOf(foundScales, b), codesOf(foundMins, b), block + scalesAt);
            storeBlock(
                blocks.x[b], found.ranges[b / 2], b % 2 * groups, largestCode, storeCodes, block);
        }
    });
}

void encodeRowsCloser(const RowsToEncode& rows, int largestCode, int blockBytes,
    decltype(Grid::storeCodes) storeCodes)
{
    Found found;
    std::array<Groups, together / 2> pairs;
    forBlocks(rows, blockSize, blockBytes, [&](const Blocks& blocks) {
        const auto count = std::size_t(blocks.count);
        for (std::size_t first = 0; first < count; first += 2) {
            loadWithImportance(pairOfBlocks(blocks.x, first),
                pairOfBlocks(blocks.importance, first), groupSize, pairs[first / 2]);
            searchPair(pairs[first / 2], first, largestCode, importanceTries, found);
        }
        const FoundLevels scales = searchPositiveScales(found.scales, largestSix);
        const FoundLevels mins = searchPositiveScales(found.mins, largestSix);
        StoredScales refined{};
        for (std::size_t b = 0; b < count; ++b) {
            if (b % 2 == 0)
                refined = refinePair(pairs[b / 2], scales, mins, b, largestCode);
            storeRefined(refined, b % 2 * groups, blocks.bytes[b]);
            storeBlock(blocks.x[b], found.ranges[b / 2], b % 2 * groups, largestCode, storeCodes,
                blocks.bytes[b]);
        }
    });
}

} // namespace core::formats::sixbit
