// SPDX-License-Identifier: GPL-3.0-or-later
//
// Q2_0: 64 weights a block, 18 bytes.
//   0–1   scale d, binary16
//   2–17  64 codes of 2 bits: code 4·b + k in bits 2·k and 2·k + 1 of byte 2 + b
// A weight is d·(code − 1). The encoder takes d = max |x|, so that it never uses code 3, which
// stands for 2·d; GPTQ may.
// Error: at most d/2 a weight; 72 % of the root mean square of normal weights.
#include "core/formats/blockbytes.h"
#include "core/formats/decoding.h"
#include "core/formats/format.h"
#include "core/formats/ternary.h"

#include <cmath>

namespace core {

namespace {

    using namespace formats;

    constexpr int blockSize = 64;
    constexpr int blockBytes = 18;
    constexpr int codesAt = 2;
    constexpr auto levels = consecutiveLevels<4>(-1);

    template<int width>
    QUANTSCOPE_KERNEL void decodeKernel(const std::byte* bytes, std::size_t blocks, float* weights)
    {
        Ints<width> shifts{};
        for (int k = 0; k < width; ++k)
            shifts[k] = 2 * k;
        forBlocksWithHalves<1>(
            bytes, blocks, blockBytes,
            [&](const std::byte* block, const float* d, std::size_t b)
                __attribute__((always_inline)) {
                    for (int i = 0; i < blockSize; i += width) {
                        std::int32_t codes = 0; // of `width` weights
                        std::memcpy(&codes, block + codesAt + i / 4, width / 4);
                        const Ints<width> all = Ints<width>{} + codes;
                        store(toFloats<width>((all >> shifts & 3) - 1) * *d,
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
        for (int b = 0; b < blockSize / 4; ++b, codes += 4)
            block[codesAt + b]
                = std::byte(codes[0] | codes[1] << 2 | codes[2] << 4 | codes[3] << 6);
    }

    void encodeBlock(const float* x, std::byte* block)
    {
        std::array<std::uint8_t, blockSize> codes;
        const float d = ternary::largestMagnitude(x, blockSize);
        ternary::roundToTernary(x, blockSize, d, codes.data());
        if (d != 0.0f && std::isinf(1.0f / d))
            codes.fill(0); // as ggml ends, whose products are not finite; d is stored as 0
        storeHalf(d, block);
        storeCodes(codes.data(), block);
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

const Format formats::q2_0{
    .name = "Q2_0",
    .ggmlType = 42,
    .blockSize = blockSize,
    .blockBytes = blockBytes,
    .importance = Format::Importance::Ignored,
    .grid = &grid,
    .errorBound = 0.74f,
    .decodeBlocks = decode,
    .encodeRows = eachRow<encodeBlocks<encodeBlock, blockSize, blockBytes>>,
};

} // namespace core
