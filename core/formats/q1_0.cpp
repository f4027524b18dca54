// SPDX-License-Identifier: GPL-3.0-or-later
//
// Q1_0: 128 weights a block, 18 bytes.
//   0–1   scale d, binary16
//   2–17  128 codes of 1 bit: code 8·b + k in bit k of byte 2 + b
// A weight is d for code 1 and −d for code 0. The encoder takes d = the mean of |x|, which is the
// best for signs alone, and code 1 for x >= 0.
// Error: 60 % of the root mean square of normal weights, √(1 − 2/π).
#include "core/formats/blockbytes.h"
#include "core/formats/decoding.h"
#include "core/formats/format.h"
#include "core/formats/groups.h"

namespace core {

namespace {

    using namespace formats;

    constexpr int blockSize = 128;
    constexpr int blockBytes = 18;
    constexpr int codesAt = 2;
    constexpr std::array<float, 2> levels{ -1, 1 };

    template<int width>
    QUANTSCOPE_KERNEL void decodeKernel(const std::byte* bytes, std::size_t blocks, float* weights)
    {
        Ints<width> places{}; // bit k in lane k
        for (int k = 0; k < width; ++k)
            places[k] = 1 << k;
        forBlocksWithHalves<1>(
            bytes, blocks, blockBytes,
            [&](const std::byte* block, const float* d, std::size_t b)
                __attribute__((always_inline)) {
                    for (int i = 0; i < blockSize; i += width) {
                        std::uint16_t bits = 0; // of at least `width` weights from i on
                        std::memcpy(&bits, block + codesAt + i / 16 * 2, sizeof(bits));
                        const Ints<width> all = Ints<width>{} + (bits >> i % 16);
                        const Ints<width> isMinus = (all & places) == 0; // all bits or none
                        store(toFloats<width>(isMinus | 1) * *d,
                            weights + b * blockSize + std::size_t(i));
                    }
                });
    }

    QUANTSCOPE_EVERY_WIDTH(
        void decodeAll(const std::byte* bytes, std::size_t blocks, float* weights), decodeKernel,
        (bytes, blocks, weights))

    void decode(const std::byte* bytes, std::size_t blocks, float* weights)
    {
        decodeAll(bytes, blocks, weights);
    }

    void storeCodes(const std::uint8_t* codes, std::byte* block)
    {
        for (int b = 0; b < blockSize / 8; ++b, codes += 8) {
            unsigned eight = 0;
            for (int k = 0; k < 8; ++k)
                eight |= unsigned(codes[k] & 1) << k;
            block[codesAt + b] = std::byte(eight);
        }
    }

    /// The codes of one block: which weights are not below 0.
    template<int width>
    QUANTSCOPE_KERNEL void signsKernel(const float* x, std::byte* codes)
    {
        for (int i = 0; i < blockSize; i += 32) {
            std::uint32_t negative = 0;
            for (int k = 0; k < 32; k += width)
                negative
                    |= bitsOf<width>(isLess<width>(load<Floats<width>>(x + i + k), Floats<width>{}))
                    << k;
            const std::uint32_t bits = ~negative;
            std::memcpy(codes + i / 8, &bits, sizeof(bits));
        }
    }

    QUANTSCOPE_EVERY_WIDTH(
        void storeSigns(const float* x, std::byte* codes), signsKernel, (x, codes))

    void encode(const RowsToEncode& rows)
    {
        forBlocks(rows, blockSize, blockBytes, [&](const Blocks& blocks) {
            const Sixteen sums = sumsOfMagnitudes(blocks.x, blockSize);
            for (std::size_t b = 0; b < std::size_t(blocks.count); ++b) {
                storeHalf(sums[b] / blockSize, blocks.bytes[b]);
                storeSigns(blocks.x[b], blocks.bytes[b] + codesAt);
            }
        });
    }

    BlockScales scales(const std::byte* block)
    {
        return { .step = { loadHalf(block) }, .offset = {} };
    }

    constexpr Grid grid{
        .groupSize = blockSize,
        .levels = levels,
        .uniform = false,
        .scales = scales,
        .storeCodes = storeCodes,
    };

} // namespace

const Format formats::q1_0{
    .name = "Q1_0",
    .ggmlType = 41,
    .blockSize = blockSize,
    .blockBytes = blockBytes,
    .importance = Format::Importance::Ignored,
    .grid = &grid,
    .errorBound = 0.61f,
    .decodeBlocks = decode,
    .encodeRows = encode,
};

} // namespace core
