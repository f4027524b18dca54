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
#include "core/formats/codes.h"
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

    void decode(const std::byte* bytes, std::size_t blocks, float* weights)
    {
        for (std::size_t b = 0; b < blocks; ++b, bytes += blockBytes) {
            const BlockScales s = sixbit::scales(bytes);
            const std::byte* fifths = bytes + sixbit::codesAt;
            for (int g = 0; g < sixbit::groups; ++g, weights += sixbit::groupSize) {
                const float step = s.step[std::size_t(g)];
                const float offset = s.offset[std::size_t(g)];
                const std::byte* nibbles = bytes + nibblesAt + g / 2 * 32;
                const int shift = g % 2 * 4;
                for (int i = 0; i < sixbit::groupSize; ++i) {
                    const unsigned low = loadByte(nibbles + i) >> shift & 15;
                    const unsigned fifth = loadByte(fifths + i) >> g & 1;
                    weights[i] = step * float(low | fifth << 4) + offset;
                }
            }
        }
    }

    void storeCodes(const std::uint8_t* codes, std::byte* block)
    {
        storeBitPlane(codes, 4, block + sixbit::codesAt);
        storeNibbles256(codes, block + nibblesAt);
    }

    void encode(
        const float* weights, std::size_t columns, const float* importance, std::byte* bytes)
    {
        for (std::size_t i = 0; i < columns; i += blockSize, bytes += blockBytes)
            sixbit::encodeBlock(weights + i, importance ? importance + i : nullptr, 31, plainTries,
                storeCodes, bytes);
    }

    constexpr Grid grid{
        .groupSize = sixbit::groupSize,
        .levels = levels,
        .uniform = true,
        .scales = sixbit::scales,
        .storeCodes = storeCodes,
    };

} // namespace

const Format formats::q5_K{
    .name = "Q5_K",
    .ggmlType = 13,
    .blockSize = blockSize,
    .blockBytes = blockBytes,
    .importance = Format::Importance::Used,
    .grid = &grid,
    .errorBound = 0.0375f,
    .decodeBlocks = decode,
    .encodeRow = encode,
};

} // namespace core
