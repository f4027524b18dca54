// SPDX-License-Identifier: GPL-3.0-or-later
//
// TQ1_0: 256 weights a block, 54 bytes; made for models trained with ternary weights.
//   0–31   codes of weights i, 32 + i, 64 + i, 96 + i, 128 + i in byte i
//   32–47  codes of weights 160 + i, 176 + i, 192 + i, 208 + i, 224 + i in byte 32 + i
//   48–51  codes of weights 240 + i, 244 + i, 248 + i, 252 + i and a 0 in byte 48 + i
//   52–53  scale d, binary16
// A weight is d·(code − 1) with codes 0 … 2. Five codes are the digits of a number below 3⁵ = 243,
// the first the most significant; its byte is ⌈number·256/243⌉, so that the first digit is the
// integer part of byte·3/256, the next that of what is left, times 3, and so on.
// The encoder takes d = max |x|. Error as TQ2_0, which holds the same weights.
#include "core/formats/blockbytes.h"
#include "core/formats/decoding.h"
#include "core/formats/format.h"
#include "core/formats/ternary.h"

namespace core {

namespace {

    using namespace formats;

    constexpr int blockSize = 256;
    constexpr int blockBytes = 54;
    constexpr int scaleAt = 52;
    constexpr auto levels = consecutiveLevels<3>(-1);

    /// Bytes that hold codes alike: byte `firstByte` + i those of `firstWeight` + i + count·k.
    struct Run {
        int firstByte, firstWeight, count, digits;
    };
    constexpr std::array runs{ Run{ 0, 0, 32, 5 }, Run{ 32, 160, 16, 5 }, Run{ 48, 240, 4, 4 } };

    /// Digit k of the codes in `count` bytes, from the most significant on.
    template<int width>
    QUANTSCOPE_KERNEL void decodeDigit(
        const std::byte* bytes, int count, int power, float d, float* weights)
    {
        for (int i = 0; i < count; i += width) {
            const Ints<width> left = bytesFrom<width>(bytes + i) * power & 0xff;
            store(toFloats<width>((left * 3 >> 8) - 1) * d, weights + i);
        }
    }

    template<int width>
    QUANTSCOPE_KERNEL void decodeKernel(const std::byte* bytes, std::size_t blocks, float* weights)
    {
        for (std::size_t b = 0; b < blocks; ++b, bytes += blockBytes, weights += blockSize) {
            const float d = loadHalf(bytes + scaleAt);
            for (const Run& run : runs) {
                int power = 1; // 3ᵏ
                for (int k = 0; k < run.digits; ++k, power *= 3) {
                    const std::byte* from = bytes + run.firstByte;
                    float* to = weights + run.firstWeight + run.count * k;
                    if (run.count < width)
                        decodeDigit<4>(from, run.count, power, d, to);
                    else
                        decodeDigit<width>(from, run.count, power, d, to);
                }
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

    /// The bytes of `count` numbers whose digits lie `stride` codes apart. Eight of them are one
    /// vector on every x86-64 processor.
    template<int count>
    void storeDigits(const std::uint8_t* codes, int stride, int digits, std::byte* bytes)
    {
        Pairs<count> number{};
        for (int k = 0; k < digits; ++k)
            number = number * 3
                + __builtin_convertvector(load<Bytes<count>>(codes + stride * k), Pairs<count>);
        if (digits == 4) // the fifth is 0
            number *= 3;
        store(__builtin_convertvector((number * 256 + 242) / 243, Bytes<count>), bytes);
    }

    void storeCodes(const std::uint8_t* codes, std::byte* block)
    {
        for (const Run& run : runs) {
            const std::uint8_t* first = codes + run.firstWeight;
            std::byte* bytes = block + run.firstByte;
            if (run.count == 4)
                storeDigits<4>(first, run.count, run.digits, bytes);
            else
                for (int i = 0; i < run.count; i += 8)
                    storeDigits<8>(first + i, run.count, run.digits, bytes + i);
        }
    }

    void encodeBlock(const float* x, std::byte* block)
    {
        std::array<std::uint8_t, blockSize> codes;
        const float d = ternary::largestMagnitude(x, blockSize);
        ternary::roundToTernary(x, blockSize, d, codes.data());
        storeCodes(codes.data(), block);
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
        .storeCodes = storeCodes,
    };

} // namespace

const Format formats::tq1_0{
    .name = "TQ1_0",
    .ggmlType = 34,
    .blockSize = blockSize,
    .blockBytes = blockBytes,
    .importance = Format::Importance::Ignored,
    .grid = &grid,
    .errorBound = 0.83f,
    .decodeBlocks = decode,
    .encodeRows = eachRow<encodeBlocks<encodeBlock, blockSize, blockBytes>>,
};

} // namespace core
