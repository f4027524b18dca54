// SPDX-License-Identifier: GPL-3.0-or-later
//
// Q4_1: 32 weights a block, 20 bytes.
//   0–1   scale d, binary16
//   2–3   minimum m, binary16, of either sign
//   4–19  32 codes of 4 bits: code i < 16 in the lower, code i + 16 in the upper half of byte 4 + i
// A weight is d·code + m. Plain, the grid spans the block's range; with importance d and m are
// searched. Error: at most d/2 a weight; 7.8 % of the root mean square of normal weights.
#include "core/formats/blockbytes.h"
#include "core/formats/codes.h"
#include "core/formats/format.h"
#include "core/formats/rows32.h"

namespace core {

namespace {

    using namespace formats;

    constexpr int blockSize = 32;
    constexpr int blockBytes = 20;
    constexpr auto levels = consecutiveLevels<16>(0);

    void decode(const std::byte* bytes, std::size_t blocks, float* weights)
    {
        for (std::size_t b = 0; b < blocks; ++b, bytes += blockBytes, weights += blockSize) {
            const float d = loadHalf(bytes);
            const float m = loadHalf(bytes + 2);
            for (int i = 0; i < 16; ++i) {
                weights[i] = float(loadByte(bytes + 4 + i) & 15) * d + m;
                weights[i + 16] = float(loadByte(bytes + 4 + i) >> 4) * d + m;
            }
        }
    }

    void storeCodes(const std::uint8_t* codes, std::byte* block) { storeNibbles(codes, block + 4); }

    void encode(
        const float* weights, std::size_t columns, const float* importance, std::byte* bytes)
    {
        encodeOffsetRow(weights, columns, importance, 15, blockBytes, storeCodes, bytes);
    }

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

const Format formats::q4_1{
    .name = "Q4_1",
    .ggmlType = 3,
    .blockSize = blockSize,
    .blockBytes = blockBytes,
    .importance = Format::Importance::Used,
    .grid = &grid,
    .errorBound = 0.081f,
    .decodeBlocks = decode,
    .encodeRow = encode,
};

} // namespace core
