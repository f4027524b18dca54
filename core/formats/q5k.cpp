// SPDX-License-Identifier: GPL-3.0-or-later
//
// Q5_K: 256 weights a super-block in 8 groups of 32, 176 bytes.
//   0–15    scales and minima (sixbit.h)
//   16–47   bit 4 of the 256 codes: code 32·g + i in bit g of byte 16 + i, i < 32
//   48–175  bits 0–3: code 64·h + i in the lower, code 64·h + 32 + i in the upper half of byte
//           48 + 32·h + i, i < 32
// A weight is d·s·code − dmin·m.
// Error: 3.6 % of the root mean square of normal weights.
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

    constexpr int blockBytes = 176;
    constexpr int nibblesAt = 48;
    constexpr auto levels = consecutiveLevels<32>(0);
    constexpr RangeTries plainTries{ -0.5f, 0.1f, 15, RangeTries::Error::Square };

    template<int width>
    QUANTSCOPE_KERNEL void decodeKernel(const std::byte* bytes, std::size_t blocks, float* weights)
    {
        forBlocksWithHalves<2>(
            bytes, blocks, blockBytes,
            [&](const std::byte* block, const float* units,
                std::size_t b) __attribute__((always_inline)) {
                const sixbit::KernelScales<width> s(block, units);
                for (int i = 0; i < 32; i += width) {
                    const Ints<width> fifths = bytesFrom<width>(block + sixbit::codesAt + i);
                    for (std::size_t g = 0; g < sixbit::groups; g += 2) {
                        const auto nibbles = bytesFrom<width>(block + nibblesAt + 16 * g + i);
                        const Ints<width> low = (nibbles & 15) | (fifths >> int(g) & 1) << 4;
                        const auto high = nibbles >> 4 | (fifths >> int(g + 1) & 1) << 4;
                        float* group = weights + b * blockSize + 32 * g + i;
                        store(s.step[g] * toFloats<width>(low) + s.offset[g], group);
                        store(s.step[g + 1] * toFloats<width>(high) + s.offset[g + 1], group + 32);
                    }
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
        storeBitPlane(codes, 4, block + sixbit::codesAt);
        storeNibbles256(codes, block + nibblesAt);
    }

    void encode(const RowsToEncode& rows)
    {
        sixbit::encodeRows(rows, 31, plainTries, blockBytes, storeCodes);
    }

    constexpr Grid grid{
        .groupSize = sixbit::groupSize,
        .levels = levels,
        .uniform = true,
        .scales = sixbit::scales,
        .storeCodes = storeCodes,
    };

} // namespace

void formats::closer::encodeQ5K(const RowsToEncode& rows)
{
    sixbit::encodeRowsCloser(rows, 31, blockBytes, storeCodes);
}

const Format formats::q5_K{
    .name = "Q5_K",
    .ggmlType = 13,
    .blockSize = blockSize,
    .blockBytes = blockBytes,
    .importance = Format::Importance::Used,
    .grid = &grid,
    .errorBound = 0.0375f,
    .decodeBlocks = decodeBlocks,
    .encodeRows = encode,
};

} // namespace core
