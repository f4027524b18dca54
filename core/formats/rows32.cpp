// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/rows32.h"

#include "core/formats/blockbytes.h"
#include "core/formats/gridfit.h"
#include "core/formats/plain32.h"
#include "core/formats/search.h"

#include <algorithm>

namespace core::formats {

namespace {

    constexpr int blockSize = 32;

    using Codes = std::array<std::uint8_t, blockSize>;

    /// The grids over the whole range of sixteen groups.
    struct Range {
        Sixteen step;
        Sixteen lowest;
    };

    Range rangeOf(const Groups& groups, int largestCode)
    {
        Range range{ groups.x[0], groups.x[0] }; // first the highest in `step`
        for (std::size_t i = 1; i < blockSize; ++i) {
            for (std::size_t g = 0; g < together; ++g) {
                range.step[g] = std::max(range.step[g], groups.x[i][g]);
                range.lowest[g] = std::min(range.lowest[g], groups.x[i][g]);
            }
        }
        for (std::size_t g = 0; g < together; ++g)
            range.step[g] = (range.step[g] - range.lowest[g]) / float(largestCode);
        return range;
    }

    /// The mean square of each of at most sixteen rows.
    Sixteen meanSquares(const RowsToEncode& rows)
    {
        Places places;
        for (std::size_t row = 0; row < together; ++row)
            places[row] = rows.weights + (row < rows.rows ? row : 0) * rows.stride;
        Sixteen means = sumsOfSquares(places, rows.columns);
        for (float& mean : means)
            mean /= float(rows.columns);
        return means;
    }

    /// Calls body(blocks, groups) for sixteen blocks at a time, what their errors count in groups:
    /// importance·√(mean square of the row + x²).
    template<typename Body>
    void forWeighedBlocks(const RowsToEncode& rows, int blockBytes, const Body& body)
    {
        Groups groups;
        groups.size = blockSize;
        for (std::size_t first = 0; first < rows.rows; first += together) {
            RowsToEncode slab = rows;
            slab.weights += first * rows.stride;
            slab.bytes += first * rows.byteStride;
            slab.rows = std::min<std::size_t>(together, rows.rows - first);
            const Sixteen means = meanSquares(slab);
            forBlocks(slab, blockSize, blockBytes, [&](const Blocks& blocks) {
                loadColumns(blocks.x, blockSize, groups.x.data());
                loadColumns(blocks.importance, blockSize, groups.weight.data());
                Sixteen variance;
                for (std::size_t b = 0; b < together; ++b)
                    variance[b] = means[blocks.row[b]];
                weighByImportance(variance, groups);
                body(blocks, groups);
            });
        }
    }

} // namespace

void encodeSignedRows(const RowsToEncode& rows, int half, int blockBytes, StoreCodes storeCodes)
{
    if (!rows.importance)
        return encodeSignedPlain(rows, half, blockBytes);
    forWeighedBlocks(rows, blockBytes, [&](const Blocks& blocks, const Groups& groups) {
        const FoundScales found = searchScales(groups, half);
        for (std::size_t b = 0; b < std::size_t(blocks.count); ++b) {
            Codes codes{}; // those of a block of zeros
            if (found.inverse[b] != 0.0f)
                roundByInverse(blocks.x[b], blockSize, 0.0f, found.inverse[b], half, 2 * half - 1,
                    codes.data());
            storeHalf(found.scale[b], blocks.bytes[b]);
            storeCodes(codes.data(), blocks.bytes[b]);
        }
    });
}

void encodeOffsetRows(
    const RowsToEncode& rows, int largestCode, int blockBytes, StoreCodes storeCodes)
{
    if (!rows.importance)
        return encodeOffsetPlain(rows, largestCode, blockBytes);
    FoundRanges found;
    forWeighedBlocks(rows, blockBytes, [&](const Blocks& blocks, const Groups& groups) {
        searchScalesAndMins(groups, largestCode, importanceTries, found);
        for (std::size_t b = 0; b < std::size_t(blocks.count); ++b) {
            Codes codes;
            roundByInverse(blocks.x[b], blockSize, found.from[b], found.inverse[b], 0, largestCode,
                codes.data());
            storeHalf(found.scale[b], blocks.bytes[b]);
            storeHalf(-found.min[b], blocks.bytes[b] + 2);
            storeCodes(codes.data(), blocks.bytes[b]);
        }
    });
}

void encodeSignedRowsCloser(
    const RowsToEncode& rows, int half, int blockBytes, StoreCodes storeCodes)
{
    Groups groups;
    forBlocks(rows, blockSize, blockBytes, [&](const Blocks& blocks) {
        loadWithImportance(blocks.x, blocks.importance, blockSize, groups);
        const LevelRange levels{ -half, half - 1 };
        const Sixteen d = refineSteps(groups, levels, searchScales(groups, half).scale);
        for (std::size_t b = 0; b < std::size_t(blocks.count); ++b) {
            Codes codes;
            codes.fill(std::uint8_t(half)); // level 0
            if (d[b] != 0.0f)
                roundToGrid(blocks.x[b], blockSize, d[b], 0.0f, half, 2 * half - 1, codes.data());
            storeHalf(d[b], blocks.bytes[b]);
            storeCodes(codes.data(), blocks.bytes[b]);
        }
    });
}

void encodeOffsetRowsCloser(
    const RowsToEncode& rows, int largestCode, int blockBytes, StoreCodes storeCodes)
{
    Groups groups;
    FoundRanges found;
    forBlocks(rows, blockSize, blockBytes, [&](const Blocks& blocks) {
        loadWithImportance(blocks.x, blocks.importance, blockSize, groups);
        searchScalesAndMins(groups, largestCode, importanceTries, found);
        for (float& min : found.min)
            min = -min;
        const LevelRange levels{ 0, largestCode };
        StepOffsets best = refineStepsAndOffsets(groups, levels, found.scale, found.min);
        const Range range = rangeOf(groups, largestCode);
        const StepOffsets whole = refineStepsAndOffsets(groups, levels, range.step, range.lowest);
        for (std::size_t b = 0; b < std::size_t(blocks.count); ++b) {
            const StepOffsets& taken = whole.error[b] < best.error[b] ? whole : best;
            Codes codes{};
            if (taken.step[b] != 0.0f)
                roundToGrid(blocks.x[b], blockSize, taken.step[b], taken.offset[b], 0, largestCode,
                    codes.data());
            storeHalf(taken.step[b], blocks.bytes[b]);
            storeHalf(taken.offset[b], blocks.bytes[b] + 2);
            storeCodes(codes.data(), blocks.bytes[b]);
        }
    });
}

} // namespace core::formats
