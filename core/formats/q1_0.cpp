// SPDX-License-Identifier: GPL-3.0-or-later
//
// Q1_0: 128 weights a block, 18 bytes.
//   0–1   scale d, binary16
//   2–17  128 codes of 1 bit: code 8·b + k in bit k of byte 2 + b
// A weight is d for code 1 and −d for code 0. The encoder takes d = the mean of |x|, which is the
// best for signs alone, and code 1 for x >= 0.
// Error: 60 % of the root mean square of normal weights, √(1 − 2/π).
#include "core/formats/blockbytes.h"
#include "core/formats/format.h"

#include <cmath>

namespace core {

namespace {

    using namespace formats;

    constexpr int blockSize = 128;
    constexpr int blockBytes = 18;
    constexpr int codesAt = 2;
    constexpr std::array<float, 2> levels{ -1, 1 };

    void decode(const std::byte* bytes, std::size_t blocks, float* weights)
    {
        for (std::size_t b = 0; b < blocks; ++b, bytes += blockBytes, weights += blockSize) {
            const float d = loadHalf(bytes);
            for (int i = 0; i < blockSize; ++i)
                weights[i] = (loadByte(bytes + codesAt + i / 8) >> i % 8 & 1) != 0 ? d : -d;
        }
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

    void encodeBlock(const float* x, std::byte* block)
    {
        std::array<std::uint8_t, blockSize> codes;
        float sum = 0.0f;
        for (std::size_t i = 0; i < codes.size(); ++i) {
            sum += std::fabs(x[i]);
            codes[i] = x[i] >= 0.0f ? 1 : 0;
        }
        storeHalf(sum / blockSize, block);
        storeCodes(codes.data(), block);
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
    .encodeRows = eachRow<encodeBlocks<encodeBlock, blockSize, blockBytes>>,
};

} // namespace core
