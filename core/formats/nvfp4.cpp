// SPDX-License-Identifier: GPL-3.0-or-later
//
// NVFP4 as ggml stores it: 64 weights a block in 4 groups of 16, 36 bytes.
//   0–3   scale of group g in byte g, UE4M3: 4 bits of exponent, 3 of mantissa, as E4M3 without a
//         sign; 0x7f stands for 0, bit 7 is not looked at otherwise
//   4–35  E2M1 numbers: weights i < 8 and i + 8 of group g in the lower and upper half of byte
//         4 + 8·g + i
// A weight is scale·number. The encoder takes the largest weight divided by 6, the largest number.
// UE4M3 ends at 2⁻⁹ = 0.002 with steps of as much: a matrix of small weights loses much. (Files of
// NVIDIA's have one more scale for the whole tensor, which ggml keeps as a tensor of its own.)
// Error: half of the gap of two numbers; 9.6 % of the root mean square of normal weights.
#include "core/formats/blockbytes.h"
#include "core/formats/format.h"
#include "core/formats/fp4.h"
#include "core/formats/ternary.h"

#include <algorithm>
#include <bit>

namespace core {

namespace {

    using namespace formats;

    constexpr int blockSize = 64;
    constexpr int blockBytes = 36;
    constexpr int groups = 4;
    constexpr int groupSize = 16;
    constexpr int codesAt = 4;
    constexpr unsigned largestScale = 0x7e; // 448

    /// Half of the scale: fp4 counts in halves.
    float stepOf(unsigned ue4m3)
    {
        if (ue4m3 == 0x7f)
            return 0.0f;
        const unsigned exponent = ue4m3 >> 3 & 15;
        const unsigned mantissa = ue4m3 & 7;
        if (exponent == 0)
            return float(mantissa) * 0x1p-10f;
        return std::bit_cast<float>((exponent + 127 - 8) << 23 | mantissa << 20);
    }

    /// The UE4M3 nearest to `x` >= 0, halves up; the largest from 256 on, as ggml has it.
    unsigned scaleFor(float x)
    {
        if (x < 0x1p-6f) // below the first with an exponent of its own: in units of 2⁻⁹
            return std::min(7u, unsigned(x * 512.0f + 0.5f));
        const std::uint32_t rounded = (std::bit_cast<std::uint32_t>(x) + 0x80000u) >> 20;
        const std::uint32_t ue4m3 = rounded - ((127u - 7u) << 3);
        return ue4m3 < 15u << 3 ? ue4m3 : largestScale;
    }

    template<int width>
    QUANTSCOPE_KERNEL void decodeKernel(const std::byte* bytes, std::size_t blocks, float* weights)
    {
        for (std::size_t b = 0; b < blocks; ++b, bytes += blockBytes)
            for (int g = 0; g < groups; ++g, weights += groupSize)
                fp4::decodeGroup<width, groupSize / 2>(
                    bytes + codesAt + 8 * g, stepOf(loadByte(bytes + g)), weights);
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
            for (int g = 0; g < groups; ++g) {
                const float* x = weights + i + g * groupSize;
                const float largest = ternary::largestMagnitude(x, groupSize);
                const unsigned scale = scaleFor(largest / 6.0f);
                bytes[g] = std::byte(scale);
                fp4::encodeGroup(x, groupSize / 2, largest, stepOf(scale), bytes + codesAt + 8 * g);
            }
        }
    }

    BlockScales scales(const std::byte* block)
    {
        BlockScales scales;
        for (std::size_t g = 0; g < groups; ++g)
            scales.step[g] = stepOf(loadByte(block + g));
        return scales;
    }

    void storeCodes(const std::uint8_t* codes, std::byte* block)
    {
        for (int g = 0; g < groups; ++g)
            fp4::storeCodes(codes + g * groupSize, groupSize / 2, block + codesAt + 8 * g);
    }

    constexpr Grid grid{
        .groupSize = groupSize,
        .levels = fp4::levels,
        .uniform = false,
        .scales = scales,
        .storeCodes = storeCodes,
    };

} // namespace

const Format formats::nvfp4{
    .name = "NVFP4",
    .ggmlType = 40,
    .blockSize = blockSize,
    .blockBytes = blockBytes,
    .importance = Format::Importance::Ignored,
    .grid = &grid,
    .errorBound = 0.099f,
    .decodeBlocks = decodeBlocks,
    .encodeRows = eachRow<encode>,
};

} // namespace core
