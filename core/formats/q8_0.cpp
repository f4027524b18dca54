// SPDX-License-Identifier: GPL-3.0-or-later
//
// Q8_0: 32 weights a block, 34 bytes.
//   0–1   scale d, binary16
//   2–33  32 codes q, int8, in the order of the weights
// A weight is d·q. The encoder takes d = max |x| / 127 and uses −127 … 127.
// Error: at most d/2 a weight; 0.54 % of the root mean square of normal weights.
#include "core/formats/blockbytes.h"
#include "core/formats/decoding.h"
#include "core/formats/format.h"

#include <cmath>

namespace core {

namespace {

    using namespace formats;

    constexpr int blockSize = 32;
    constexpr int blockBytes = 34;
    constexpr auto levels = consecutiveLevels<256>(-128);

    template<int width>
    QUANTSCOPE_KERNEL void decodeKernel(const std::byte* bytes, std::size_t blocks, float* weights)
    {
        forBlocksWithHalves<1>(
            bytes, blocks, blockBytes,
            [&](const std::byte* block, const float* d, std::size_t b)
                __attribute__((always_inline)) {
                    for (std::size_t i = 0; i < blockSize; i += width) {
                        const Ints<width> q = (bytesFrom<width>(block + 2 + i) ^ 128) - 128; // int8
                        store(toFloats<width>(q) * *d, weights + b * blockSize + i);
                    }
                });
    }

    QUANTSCOPE_EVERY_WIDTH(void decode(const std::byte* bytes, std::size_t blocks, float* weights),
        decodeKernel, (bytes, blocks, weights))

    void decodeBlocks(const std::byte* bytes, std::size_t blocks, float* weights)
    {
        decode(bytes, blocks, weights);
    }

    /// To the nearest integer, halves away from zero, for |x| < 2²². The addend is the float just
    /// below one half: with one half itself 0.49999997 would become 1.
    int roundAwayFromZero(float x) { return int(x + std::copysign(0.49999997f, x)); }

    void encodeBlock(const float* x, std::byte* block)
    {
        float largest = 0.0f;
        for (int i = 0; i < blockSize; ++i)
            largest = std::max(largest, std::fabs(x[i]));
        const float d = largest / 127.0f;
        storeHalf(d, block);
        // The inverse of a subnormal d is infinite, and ggml stores codes of 0 then.
        const float inverse = d != 0.0f && std::isfinite(1.0f / d) ? 1.0f / d : 0.0f;
        for (int i = 0; i < blockSize; ++i)
            block[2 + i] = std::byte(roundAwayFromZero(x[i] * inverse));
    }

    void encode(const float* weights, std::size_t columns, const float*, std::byte* bytes)
    {
        for (std::size_t i = 0; i < columns; i += blockSize, bytes += blockBytes)
            encodeBlock(weights + i, bytes);
    }

    BlockScales scales(const std::byte* block)
    {
        return { .step = { loadHalf(block) }, .offset = {} };
    }

    void storeCodes(const std::uint8_t* codes, std::byte* block)
    {
        for (int i = 0; i < blockSize; ++i)
            block[2 + i] = std::byte(codes[i] ^ 0x80u); // adding 128 to an int8 flips its top bit
    }

    constexpr Grid grid{
        .groupSize = blockSize,
        .levels = levels,
        .uniform = true,
        .scales = scales,
        .storeCodes = storeCodes,
    };

} // namespace

const Format formats::q8_0{
    .name = "Q8_0",
    .ggmlType = 8,
    .blockSize = blockSize,
    .blockBytes = blockBytes,
    .importance = Format::Importance::Ignored,
    .grid = &grid,
    .errorBound = 0.0056f,
    .decodeBlocks = decodeBlocks,
    .encodeRows = eachRow<encode>,
};

} // namespace core
