// SPDX-License-Identifier: GPL-3.0-or-later
//
// TQ2_0: 256 weights a block, 66 bytes; made for models trained with ternary weights.
//   0–63   256 codes of 2 bits, as storeBitPairs lays them
//   64–65  scale d, binary16
// A weight is d·(code − 1); the encoder takes d = max |x| and codes 0 … 2.
// Error: at most d/2 a weight; weights that are not ternary, as normal ones, mostly become 0: 81 %
// of their root mean square.
#include "core/formats/blockbytes.h"
#include "core/formats/codes.h"
#include "core/formats/format.h"
#include "core/formats/ternary.h"

namespace core {

namespace {

    using namespace formats;

    constexpr int blockSize = 256;
    constexpr int blockBytes = 66;
    constexpr int scaleAt = 64;
    constexpr auto levels = consecutiveLevels<3>(-1);

    void decode(const std::byte* bytes, std::size_t blocks, float* weights)
    {
        for (std::size_t b = 0; b < blocks; ++b, bytes += blockBytes) {
            const float d = loadHalf(bytes + scaleAt);
            for (int run = 0; run < 8; ++run, weights += 32) {
                const std::byte* pairs = bytes + run / 4 * 32;
                const int shift = run % 4 * 2;
                for (int i = 0; i < 32; ++i)
                    weights[i] = float(int(loadByte(pairs + i) >> shift & 3) - 1) * d;
            }
        }
    }

    void encodeBlock(const float* x, std::byte* block)
    {
        std::array<std::uint8_t, blockSize> codes;
        const float d = ternary::largestMagnitude(x, blockSize);
        ternary::roundToTernary(x, blockSize, d, codes.data());
        storeBitPairs(codes.data(), block);
        storeHalf(d, block + scaleAt);
    }

    BlockScales scales(const std::byte* block)
    {
        return { .step = { loadHalf(block + scaleAt) }, .offset = {} };
    }

    constexpr Grid grid{
        .groupSize = blockSize,
        .levels = levels,
        .uniform = true,
        .scales = scales,
        .storeCodes = storeBitPairs,
    };

} // namespace

const Format formats::tq2_0{
    .name = "TQ2_0",
    .ggmlType = 35,
    .blockSize = blockSize,
    .blockBytes = blockBytes,
    .importance = Format::Importance::Ignored,
    .grid = &grid,
    .errorBound = 0.83f,
    .decodeBlocks = decode,
    .encodeRows = eachRow<encodeBlocks<encodeBlock, blockSize, blockBytes>>,
};

} // namespace core
