// SPDX-License-Identifier: GPL-3.0-or-later
//
// IQ4_NL: 32 weights a block, 18 bytes.
//   0–1   scale d, binary16, of either sign
//   2–17  32 codes of 4 bits: code i < 16 in the lower, code i + 16 in the upper half of byte 2 + i
// A weight is d·level[code] with the levels of iq4.h.
// Error: 7.6 % of the root mean square of normal weights.
#include "core/formats/blockbytes.h"
#include "core/formats/codes.h"
#include "core/formats/format.h"
#include "core/formats/iq4.h"
#include "core/formats/search.h"

namespace core {

namespace {

    using namespace formats;

    constexpr int blockSize = 32;
    constexpr int blockBytes = 18;

    void decode(const std::byte* bytes, std::size_t blocks, float* weights)
    {
        for (std::size_t b = 0; b < blocks; ++b, bytes += blockBytes, weights += blockSize)
            iq4::decodeGroup(bytes + 2, loadHalf(bytes), weights);
    }

    void storeCodes(const std::uint8_t* codes, std::byte* block) { storeNibbles(codes, block + 2); }

    void encodeBlock(const float* x, const float* importance, std::byte* block)
    {
        const float variance = sumOfSquares(x, blockSize) * (2.0f / blockSize);
        const auto weight = iq4::groupWeights(x, importance, variance);
        const float scale = iq4::searchScale(x, weight.data());
        std::array<std::uint8_t, blockSize> codes;
        iq4::roundToLevels(x, scale != 0.0f ? 1 / scale : 0.0f, codes.data());
        storeHalf(scale, block);
        storeCodes(codes.data(), block);
    }

    void encode(
        const float* weights, std::size_t columns, const float* importance, std::byte* bytes)
    {
        for (std::size_t i = 0; i < columns; i += blockSize, bytes += blockBytes)
            encodeBlock(weights + i, importance ? importance + i : nullptr, bytes);
    }

    BlockScales scales(const std::byte* block)
    {
        return { .step = { loadHalf(block) }, .offset = {} };
    }

    constexpr Grid grid{
        .groupSize = blockSize,
        .levels = iq4::levels,
        .uniform = false,
        .scales = scales,
        .storeCodes = storeCodes,
    };

} // namespace

const Format formats::iq4_NL{
    .name = "IQ4_NL",
    .ggmlType = 20,
    .blockSize = blockSize,
    .blockBytes = blockBytes,
    .importance = Format::Importance::Used,
    .grid = &grid,
    .errorBound = 0.079f,
    .decodeBlocks = decode,
    .encodeRow = encode,
};

} // namespace core
