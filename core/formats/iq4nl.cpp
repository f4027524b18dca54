// SPDX-License-Identifier: GPL-3.0-or-later
//
// IQ4_NL: 32 weights a block, 18 bytes.
//   0–1   scale d, binary16, of either sign
//   2–17  32 codes of 4 bits: code i < 16 in the lower, code i + 16 in the upper half of byte 2 + i
// A weight is d·level[code] with the levels of iq4.h.
// Error: 7.6 % of the root mean square of normal weights.
#include "core/formats/blockbytes.h"
#include "core/formats/closer.h"
#include "core/formats/codes.h"
#include "core/formats/decoding.h"
#include "core/formats/format.h"
#include "core/formats/gridfit.h"
#include "core/formats/iq4.h"
#include "core/formats/search.h"

namespace core {

namespace {

    using namespace formats;

    constexpr int blockSize = 32;
    constexpr int blockBytes = 18;

    template<int width>
    QUANTSCOPE_KERNEL void decodeKernel(const std::byte* bytes, std::size_t blocks, float* weights)
    {
        forBlocksWithHalves<1>(
            bytes, blocks, blockBytes,
            [&](const std::byte* block, const float* d, std::size_t b)
                __attribute__((always_inline)) {
                    iq4::decodeGroup<width>(block + 2, *d, weights + b * blockSize);
                });
    }

    QUANTSCOPE_EVERY_WIDTH(void decode(const std::byte* bytes, std::size_t blocks, float* weights),
        decodeKernel, (bytes, blocks, weights))

    void decodeBlocks(const std::byte* bytes, std::size_t blocks, float* weights)
    {
        decode(bytes, blocks, weights);
    }

    void storeCodes(const std::uint8_t* codes, std::byte* block) { storeNibbles(codes, block + 2); }

    void encode(const RowsToEncode& rows)
    {
        Groups groups;
        forBlocks(rows, blockSize, blockBytes, [&](const Blocks& blocks) {
            Sixteen variance = sumsOfSquares(blocks.x, blockSize);
            for (float& value : variance)
                value *= 2.0f / blockSize;
            iq4::loadGroups(blocks.x, blocks.importance, variance, groups);
            const Sixteen found = iq4::searchScales(groups);
            for (std::size_t b = 0; b < std::size_t(blocks.count); ++b) {
                std::array<std::uint8_t, blockSize> codes;
                iq4::roundToLevels(
                    blocks.x[b], found[b] != 0.0f ? 1 / found[b] : 0.0f, codes.data());
                storeHalf(found[b], blocks.bytes[b]);
                storeCodes(codes.data(), blocks.bytes[b]);
            }
        });
    }

    BlockScales scales(const std::byte* block)
    {
        return { .step = { loadHalf(block) }, .offset = {} };
    }

    constexpr Grid grid{
        .groupSize = blockSize,
        .levels = iq4::levels,
        .uniform = false,
        .scales = scales,
        .storeCodes = storeCodes,
    };

} // namespace

void formats::closer::encodeIq4Nl(const RowsToEncode& rows)
{
    Groups groups;
    forBlocks(rows, blockSize, blockBytes, [&](const Blocks& blocks) {
        loadWithImportance(blocks.x, blocks.importance, blockSize, groups);
        const Sixteen d = refineSteps(groups, { .isIq4 = true }, iq4::searchScales(groups));
        for (std::size_t b = 0; b < std::size_t(blocks.count); ++b) {
            std::array<std::uint8_t, blockSize> codes;
            iq4::roundToLevels(blocks.x[b], d[b] != 0.0f ? 1 / d[b] : 0.0f, codes.data());
            storeHalf(d[b], blocks.bytes[b]);
            storeCodes(codes.data(), blocks.bytes[b]);
        }
    });
}

const Format formats::iq4_NL{
    .name = "IQ4_NL",
    .ggmlType = 20,
    .blockSize = blockSize,
    .blockBytes = blockBytes,
    .importance = Format::Importance::Used,
    .grid = &grid,
    .errorBound = 0.079f,
    .decodeBlocks = decodeBlocks,
    .encodeRows = encode,
};

} // namespace core
