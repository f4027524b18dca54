// SPDX-License-Identifier: GPL-3.0-or-later
//
// Q5_0: 32 weights a block, 22 bytes.
//   0–1   scale d, binary16, of either sign
//   2–5   bit 4 of the 32 codes, little-endian: code i in bit i
//   6–21  bits 0–3: code i < 16 in the lower, code i + 16 in the upper half of byte 6 + i
// A weight is d·(code − 16). Plain, the largest weight is mapped to code 0; with importance d is
// searched. Error: at most |d|/2 a weight (|d| at the end that has no code 32); 4.3 % of the
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
    constexpr int blockBytes = 22;
    constexpr auto levels = consecutiveLevels<32>(-16);

    template<int width>
    QUANTSCOPE_KERNEL void decodeKernel(const std::byte* bytes, std::size_t blocks, float* weights)
    {
        forBlocksWithHalves<1>(
            bytes, blocks, blockBytes,
            [&](const std::byte* block, const float* d, std::size_t b)
                __attribute__((always_inline)) {
                    for (std::size_t i = 0; i < 16; i += width) {
                        const FiveBits<width> codes(block + 2, block + 6, i);
                        float* group = weights + b * blockSize + i;
                        store(toFloats<width>(codes.low - 16) * *d, group);
                        store(toFloats<width>(codes.high - 16) * *d, group + 16);
                    }
                });
    }

    QUANTSCOPE_EVERY_WIDTH(void decode(const std::byte* bytes, std::size_t blocks, float* weights),
        decodeKernel, (bytes, blocks, weights))

    void decodeBlocks(const std::byte* bytes, std::size_t blocks, float* weights)
    {
        decode(bytes, blocks, weights);
    }

    void storeCodes(const std::uint8_t* codes, std::byte* block)
    {
        storeFifthBits(codes, block + 2);
        storeNibbles(codes, block + 6);
    }

    void encode(const RowsToEncode& rows) { encodeSignedRows(rows, 16, blockBytes, storeCodes); }

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

void formats::closer::encodeQ5_0(const RowsToEncode& rows)
{
    encodeSignedRowsCloser(rows, 16, blockBytes, storeCodes);
}

const Format formats::q5_0{
    .name = "Q5_0",
    .ggmlType = 6,
    .blockSize = blockSize,
    .blockBytes = blockBytes,
    .importance = Format::Importance::Used,
    .grid = &grid,
    .errorBound = 0.044f,
    .decodeBlocks = decodeBlocks,
    .encodeRows = encode,
};

} // namespace core
