// SPDX-License-Identifier: GPL-3.0-or-later
//
// Q4_K: 256 weights a super-block in 8 groups of 32, 144 bytes.
//   0–15    scales and minima (sixbit.h)
//   16–143  256 codes of 4 bits: code 64·h + i in the lower, code 64·h + 32 + i in the upper half
//           of byte 16 + 32·h + i, i < 32
// A weight is d·s·code − dmin·m.
// Error: 7.1 % of the root mean square of normal weights.
#include "core/formats/blockbytes.h"
#include "core/formats/closer.h"
#include "core/formats/codes.h"
#include "core/formats/decoding.h"
#include "core/formats/format.h"
#include "core/formats/sixbit.h"

namespace core {

namespace {

    using namespace formats;
    using sixbit::blockSize;

    constexpr int blockBytes = 144;
    constexpr auto levels = consecutiveLevels<16>(0);
    constexpr RangeTries plainTries{ -1.0f, 0.1f, 20, RangeTries::Error::Square };

    template<int width>
    QUANTSCOPE_KERNEL void decodeKernel(const std::byte* bytes, std::size_t blocks, float* weights)
    {
        forBlocksWithHalves<2>(
            bytes, blocks, blockBytes,
            [&](const std::byte* block, const float* units, std::size_t b)
                __attribute__((always_inline)) {
                    const sixbit::KernelScales<width> s(block, units);
                    const std::byte* nibbles = block + sixbit::codesAt;
                    float* group = weights + b * blockSize;
                    for (std::size_t g = 0; g < sixbit::groups; g += 2, group += 64, nibbles += 32)
                        for (int i = 0; i < 64; i += width) { // in order: lines are filled at once
                            const Ints<width> codes = bytesFrom<width>(nibbles + i % 32);
                            const std::size_t half = i < 32 ? g : g + 1;
                            store(s.step[half] * toFloats<width>(i < 32 ? codes & 15 : codes >> 4)
                                    + s.offset[half],
                                group + i);
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
        storeNibbles256(codes, block + sixbit::codesAt);
    }

    void encode(const RowsToEncode& rows)
    {
        sixbit::encodeRows(rows, 15, plainTries, blockBytes, storeCodes);
    }

    constexpr Grid grid{
        .groupSize = sixbit::groupSize,
        .levels = levels,
        .uniform = true,
        .scales = sixbit::scales,
        .storeCodes = storeCodes,
    };

} // namespace

void formats::closer::encodeQ4K(const RowsToEncode& rows)
{
    sixbit::encodeRowsCloser(rows, 15, blockBytes, storeCodes);
}

const Format formats::q4_K{
    .name = "Q4_K",
    .ggmlType = 12,
    .blockSize = blockSize,
    .blockBytes = blockBytes,
    .importance = Format::Importance::Used,
    .grid = &grid,
    .errorBound = 0.074f,
    .decodeBlocks = decodeBlocks,
    .encodeRows = encode,
};

} // namespace core
