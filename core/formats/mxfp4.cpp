// SPDX-License-Identifier: GPL-3.0-or-later
//
// MXFP4 (Open Compute Project: Microscaling Formats 1.0): 32 weights a block, 17 bytes.
//   0     scale, E8M0: a power of two with the exponent e − 127. (The document calls 255 NaN; ggml
//         and this decoder take it for 2¹²⁸.)
//   1–16  32 E2M1 numbers: weight i < 16 in the lower, weight i + 16 in the upper half of byte 1 +
//   i
// A weight is scale·number. The encoder takes the exponent of the largest weight less 2, that of
// the largest number 6, so that up to a quarter of the largest weight is cut off.
// Error: at most 2·scale a weight (above 6·scale), else half of the gap; 11.5 % of the root mean
// square of normal weights.
#include "core/formats/blockbytes.h"
#include "core/formats/format.h"
#include "core/formats/fp4.h"
#include "core/formats/ternary.h"

#include <bit>
#include <cmath>

namespace core {

namespace {

    using namespace formats;

    constexpr int blockSize = 32;
    constexpr int blockBytes = 17;
    constexpr int codesAt = 1;

    /// Half of the scale: fp4 counts in halves. 2^(e − 128), subnormal below e = 2.
    float stepOf(unsigned e)
    {
        return std::bit_cast<float>(e < 2 ? 0x200000u << e : (e - 1) << 23);
    }

    /// The exponent of the largest weight less 2, as ggml computes it. Exponents below the range
    /// wrap around to huge scales, for which all weights become 0.
    unsigned exponentFor(float largest)
    {
        if (largest <= 0)
            return 0;
        const auto bits = std::bit_cast<std::uint32_t>(largest);
        const unsigned exponent = bits >> 23;
        // Where the logarithm cannot round to the next integer, it is the exponent.
        if (exponent > 2 && (bits & 0x7fffff) < 0x7fff00)
            return exponent - 2;
        return unsigned(int(std::floor(std::log2(largest))) - 2 + 127) & 0xffu;
    }

    template<int width>
    QUANTSCOPE_KERNEL void decodeKernel(const std::byte* bytes, std::size_t blocks, float* weights)
    {
        for (std::size_t b = 0; b < blocks; ++b, bytes += blockBytes, weights += blockSize)
            fp4::decodeGroup<width, blockSize / 2>(
                bytes + codesAt, stepOf(loadByte(bytes)), weights);
    }

    QUANTSCOPE_EVERY_WIDTH(void decode(const std::byte* bytes, std::size_t blocks, float* weights),
        decodeKernel, (bytes, blocks, weights))

    void decodeBlocks(const std::byte* bytes, std::size_t blocks, float* weights)
    {
        decode(bytes, blocks, weights);
    }

    void encode(const float* weights, std::size_t columns, const float*, std::byte* bytes)
    {
        for (std::size_t i = 0; i < columns; i += blockSize, bytes += blockBytes) {
            const float largest = ternary::largestMagnitude(weights + i, blockSize);
            const unsigned e = exponentFor(largest);
            bytes[0] = std::byte(e);
            fp4::encodeGroup(weights + i, blockSize / 2, largest, stepOf(e), bytes + codesAt);
        }
    }

    BlockScales scales(const std::byte* block)
    {
        return { .step = { stepOf(loadByte(block)) }, .offset = {} };
    }

    void storeCodes(const std::uint8_t* codes, std::byte* block)
    {
        fp4::storeCodes(codes, blockSize / 2, block + codesAt);
    }

    constexpr Grid grid{
        .groupSize = blockSize,
        .levels = fp4::levels,
        .uniform = false,
        .scales = scales,
        .storeCodes = storeCodes,
    };

} // namespace

const Format formats::mxfp4{
    .name = "MXFP4",
    .ggmlType = 39,
    .blockSize = blockSize,
    .blockBytes = blockBytes,
    .importance = Format::Importance::Ignored,
    .grid = &grid,
    .errorBound = 0.119f,
    .decodeBlocks = decodeBlocks,
    .encodeRows = eachRow<encode>,
};

} // namespace core
