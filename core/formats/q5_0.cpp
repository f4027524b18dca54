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
#include "core/formats/codes.h"
#include "core/formats/format.h"
#include "core/formats/rows32.h"

namespace core {

namespace {

    using namespace formats;

    constexpr int blockSize = 32;
    constexpr int blockBytes = 22;
    constexpr auto levels = consecutiveLevels<32>(-16);

    void decode(const std::byte* bytes, std::size_t blocks, float* weights)
    {
        for (std::size_t b = 0; b < blocks; ++b, bytes += blockBytes, weights += blockSize) {
            const float d = loadHalf(bytes);
            const auto codes = loadFiveBits(bytes + 2, bytes + 6);
            for (int i = 0; i < blockSize; ++i)
                weights[i] = float(int(codes[std::size_t(i)]) - 16) * d;
        }
    }

    void storeCodes(const std::uint8_t* codes, std::byte* block)
    {
        storeFifthBits(codes, block + 2);
        storeNibbles(codes, block + 6);
    }

    void encode(
        const float* weights, std::size_t columns, const float* importance, std::byte* bytes)
    {
        encodeSignedRow(weights, columns, importance, 16, blockBytes, storeCodes, bytes);
    }

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

const Format formats::q5_0{
    .name = "Q5_0",
    .ggmlType = 6,
    .blockSize = blockSize,
    .blockBytes = blockBytes,
    .importance = Format::Importance::Used,
    .grid = &grid,
    .errorBound = 0.044f,
    .decodeBlocks = decode,
    .encodeRow = encode,
};

} // namespace core
