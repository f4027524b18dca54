// SPDX-License-Identifier: GPL-3.0-or-later
//
// Q4_0: 32 weights a block, 18 bytes.
//   0–1   scale d, binary16, of either sign
//   2–17  32 codes of 4 bits: code i < 16 in the lower, code i + 16 in the upper half of byte 2 + i
// A weight is d·(code − 8). Plain, the largest weight is mapped to code 0; with importance d is
// searched. Error: at most |d|/2 a weight (|d| at the end that has no code 16); 8.6 % of the
// root mean square of normal weights.
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
    constexpr int blockBytes = 18;
    constexpr auto levels = consecutiveLevels<16>(-8);

    template<int width>
    QUANTSCOPE_KERNEL void decodeKernel(const std::byte* bytes, std::size_t blocks, float* weights)
    {
        forBlocksWithHalves<1>(
            bytes, blocks, blockBytes,
            [&](const std::byte* block, const float* d, std::size_t b)
                __attribute__((always_inline)) {
                    for (std::size_t i = 0; i < 16; i += width) {
                        const Ints<width> codes = bytesFrom<width>(block + 2 + i);
                        float* group = weights + b * blockSize + i;
                        store(toFloats<width>((codes & 15) - 8) * *d, group);
                        store(toFloats<width>((codes >> 4) - 8) * *d, group + 16);
                    }
                });
    }

    QUANTSCOPE_EVERY_WIDTH(void decode(const std::byte* bytes, std::size_t blocks, float* weights),
        decodeKernel, (bytes, blocks, weights))

    void decodeBlocks(const std::byte* bytes, std::size_t blocks, float* weights)
    {
        decode(bytes, blocks, weights);
    }

    void storeCodes(const std::uint8_t* codes, std::byte* block) { storeNibbles(codes, block + 2); }

    void encode(const RowsToEncode& rows) { encodeSignedRows(rows, 8, blockBytes, storeCodes); }

    BlockScales scales(const std::byte* block)
    {
        return { .step = { loadHalf(block) }, .offset = {} };
    }

    constexpr Grid grid{
        .groupSize = blockSize,
        .levels = levels,
        .uniform = true,
        .scales = scales,
        .storeCodes = storeCodes,
    };

} // namespace

void formats::closer::encodeQ4_0(const RowsToEncode& rows)
{
    encodeSignedRowsCloser(rows, 8, blockBytes, storeCodes);
}

const Format formats::q4_0{
    .name = "Q4_0",
    .ggmlType = 2,
    .blockSize = blockSize,
    .blockBytes = blockBytes,
    .importance = Format::Importance::Used,
    .grid = &grid,
    .errorBound = 0.089f,
    .decodeBlocks = decodeBlocks,
    .encodeRows = encode,
};

} // namespace core
