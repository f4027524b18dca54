// SPDX-License-Identifier: GPL-3.0-or-later
//
// Q4_1: 32 weights a block, 20 bytes.
//   0–1   scale d, binary16
//   2–3   minimum m, binary16, of either sign
//   4–19  32 codes of 4 bits: code i < 16 in the lower, code i + 16 in the upper half of byte 4 + i
// A weight is d·code + m. Plain, the grid spans the block's range; with importance d and m are
// searched. Error: at most d/2 a weight; 7.8 % of the root mean square of normal weights.
#include "core/formats/blockbytes.h"
#include "core/formats/closer.h"
#include "core/formats/codes.h"
#include "core/formats/decoding.h"
#include "core/formats/format.h"
#include "core/formats/rows32.h"

namespace core {

namespace {

    using namespace formats;

    constexpr int blockSize = 32;
    constexpr int blockBytes = 20;
    constexpr auto levels = consecutiveLevels<16>(0);

    template<int width>
    QUANTSCOPE_KERNEL void decodeKernel(const std::byte* bytes, std::size_t blocks, float* weights)
    {
        forBlocksWithHalves<2>(
            bytes, blocks, blockBytes,
            [&](const std::byte* block, const float* dm, std::size_t b)
                __attribute__((always_inline)) {
                    for (std::size_t i = 0; i < 16; i += width) {
                        const Ints<width> codes = bytesFrom<width>(block + 4 + i);
                        float* group = weights + b * blockSize + i;
                        store(toFloats<width>(codes & 15) * dm[0] + dm[1], group);
                        store(toFloats<width>(codes >> 4) * dm[0] + dm[1], group + 16);
                    }
                });
    }

    QUANTSCOPE_EVERY_WIDTH(void decode(const std::byte* bytes, std::size_t blocks, float* weights),
        decodeKernel, (bytes, blocks, weights))

    void decodeBlocks(const std::byte* bytes, std::size_t blocks, float* weights)
    {
        decode(bytes, blocks, weights);
    }

    void storeCodes(const std::uint8_t* codes, std::byte* block) { storeNibbles(codes, block + 4); }

    void encode(const RowsToEncode& rows) { encodeOffsetRows(rows, 15, blockBytes, storeCodes); }

    BlockScales scales(const std::byte* block)
    {
        return { .step = { loadHalf(block) }, .offset = { loadHalf(block + 2) } };
    }

    constexpr Grid grid{
        .groupSize = blockSize,
        .levels = levels,
        .uniform = true,
        .scales = scales,
        .storeCodes = storeCodes,
    };

} // namespace

void formats::closer::encodeQ4_1(const RowsToEncode& rows)
{
    encodeOffsetRowsCloser(rows, 15, blockBytes, storeCodes);
}

const Format formats::q4_1{
    .name = "Q4_1",
    .ggmlType = 3,
    .blockSize = blockSize,
    .blockBytes = blockBytes,
    .importance = Format::Importance::Used,
    .grid = &grid,
    .errorBound = 0.081f,
    .decodeBlocks = decodeBlocks,
    .encodeRows = encode,
};

} // namespace core
