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
#include "core/formats/decoding.h"
#include "core/formats/format.h"
#include "core/formats/ternary.h"

namespace core {

namespace {

    using namespace formats;

    constexpr int blockSize = 256;
    constexpr int blockBytes = 66;
    constexpr int scaleAt = 64;
    constexpr auto levels = consecutiveLevels<3>(-1);

    template<int width>
    QUANTSCOPE_KERNEL void decodeKernel(const std::byte* bytes, std::size_t blocks, float* weights)
    {
        for (std::size_t b = 0; b < blocks; ++b, bytes += blockBytes, weights += blockSize) {
            const float d = loadHalf(bytes + scaleAt);
            for (int i = 0; i < 64; i += width) { // 32 bytes for each half of the weights
                const Ints<width> pairs = bytesFrom<width>(bytes + i);
                float* target = weights + i / 32 * 128 + i % 32;
                for (int k = 0; k < 4; ++k)
                    store(toFloats<width>((pairs >> 2 * k & 3) - 1) * d, target + 32 * k);
            }
        }
    }

    QUANTSCOPE_EVERY_WIDTH(
        void decodeAll(const std::byte* bytes, std::size_t blocks, float* weights), decodeKernel,
        (bytes, blocks, weights))

    void decode(const std::byte* bytes, std::size_t blocks, float* weights)
    {
        decodeAll(bytes, blocks, weights);
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
