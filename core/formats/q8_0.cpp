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

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

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
                        const auto q = signWidened<width>(load<Bytes<width>>(block + 2 + i));
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

    /// To the nearest integers, halves away from zero, for |x| < 2²². The addend is the float just
    /// below one half: with one half itself 0.49999997 would become 1.
    template<int width>
    QUANTSCOPE_KERNEL Ints<width> roundedAwayFromZero(const Floats<width>& x)
    {
        constexpr int sign = std::numeric_limits<int>::min();
        const Ints<width> addend = (load<Ints<width>>(&x) & sign) | std::bit_cast<int>(0.49999997f);
        return __builtin_convertvector(x + load<Floats<width>>(&addend), Ints<width>);
    }

    template<int width>
    QUANTSCOPE_KERNEL void encodeKernel(
        const float* weights, std::size_t blocks, const float* largest, std::byte* bytes)
    {
        for (std::size_t b = 0; b < blocks; ++b, weights += blockSize, bytes += blockBytes) {
            const float d = largest[b] / 127.0f;
            // The inverse of a subnormal d is infinite, and ggml stores codes of 0 then.
            const float inverse = d != 0.0f && std::isfinite(1.0f / d) ? 1.0f / d : 0.0f;
            for (int i = 0; i < blockSize; i += width)
                store(narrowed<width>(
                          roundedAwayFromZero<width>(load<Floats<width>>(weights + i) * inverse)),
                    bytes + 2 + i);
        }
    }

    template<int width>
    QUANTSCOPE_KERNEL void largestKernel(const float* weights, std::size_t blocks, float* largest)
    {
        for (std::size_t b = 0; b < blocks; ++b)
            largest[b] = largestMagnitude<width>(weights + b * blockSize, blockSize);
    }

    QUANTSCOPE_EVERY_WIDTH(void encodeSome(const float* weights, std::size_t blocks,
                               const float* largest, std::byte* bytes),
        encodeKernel, (weights, blocks, largest, bytes))
    QUANTSCOPE_EVERY_WIDTH(
        void findLargest(const float* weights, std::size_t blocks, float* largest), largestKernel,
        (weights, blocks, largest))

    void encode(const float* weights, std::size_t columns, const float*, std::byte* bytes)
    {
        constexpr std::size_t batch = 64; // blocks whose scales are converted at once
        std::array<float, batch> largest, scales;
        std::array<std::byte, 2 * batch> halves;
        const std::size_t blocks = columns / blockSize;
        for (std::size_t first = 0; first < blocks; first += batch) {
            const std::size_t some = std::min(batch, blocks - first);
            std::byte* target = bytes + first * blockBytes;
            findLargest(weights + first * blockSize, some, largest.data());
            for (std::size_t b = 0; b < some; ++b)
                scales[b] = largest[b] / 127.0f;
            floatsToHalves(scales.data(), some, halves.data());
            for (std::size_t b = 0; b < some; ++b)
                std::memcpy(target + b * blockBytes, &halves[2 * b], 2);
            encodeSome(weights + first * blockSize, some, largest.data(), target);
        }
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
