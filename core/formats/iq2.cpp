// SPDX-License-Identifier: GPL-3.0-or-later
//
// IQ2_XXS, IQ2_XS, IQ2_S (llama.cpp: "2-bit quantization", after QuIP#, arXiv 2402.04396): 256
// weights a block, eight at a time from a codebook of magnitudes, with their signs. Numbers of
// several bytes are little-endian.
// IQ2_XXS, 66 bytes
//   0–1    scale d, binary16
//   2–65   eight groups of 32 weights, 8 bytes each: four codes of 8 bits; then 32 bits: four
//          times seven signs (evenSigns) from bit 0 on, and the group's scale s in bits 28–31
// IQ2_XS, 74 bytes
//   0–1    scale d, binary16
//   2–65   32 numbers of 16 bits: code in bits 0–8, seven signs in bits 9–15
//   66–73  scales s of 16 weights, 4 bits each, the first of a byte in its lower half
// IQ2_S, 82 bytes
//   0–1    scale d, binary16
//   2–33   bits 0–7 of 32 codes
//   34–65  eight signs of each code
//   66–73  bits 8–9 of four codes a byte, those of the first in bits 0–1
//   74–81  scales s as in IQ2_XS
// A weight is ±d·(s + ½)/4·level. Only decoded so far.
#include "core/formats/blockbytes.h"
#include "core/formats/codebooks.h"
#include "core/formats/format.h"

namespace core {

namespace {

    using namespace formats;
    using namespace codebooks;

    constexpr int blockSize = 256;

    float stepOf(float d, unsigned scale) { return d * (0.5f + float(scale)) * 0.25f; }

    void decodeXxs(const std::byte* bytes, std::size_t blocks, float* weights)
    {
        for (std::size_t b = 0; b < blocks; ++b, bytes += 66) {
            const float d = loadHalf(bytes);
            for (const std::byte* group = bytes + 2; group < bytes + 66; group += 8) {
                std::uint32_t signs;
                std::memcpy(&signs, group + 4, 4);
                const float step = stepOf(d, signs >> 28);
                for (int k = 0; k < 4; ++k, weights += 8)
                    decodeSigned(iq2xxs[loadByte(group + k)], evenSigns(signs >> 7 * k & 127), step,
                        weights);
            }
        }
    }

    /// The step of weights 16·i … of a block whose scales lie at `scales`.
    float stepOfSixteen(float d, const std::byte* scales, int i)
    {
        return stepOf(d, loadByte(scales + i / 2) >> 4 * (i % 2) & 15);
    }

    void decodeXs(const std::byte* bytes, std::size_t blocks, float* weights)
    {
        for (std::size_t b = 0; b < blocks; ++b, bytes += 74) {
            const float d = loadHalf(bytes);
            for (int i = 0; i < 32; ++i, weights += 8) {
                std::uint16_t code;
                std::memcpy(&code, bytes + 2 + 2 * i, 2);
                decodeSigned(iq2xs[code & 511], evenSigns(code >> 9),
                    stepOfSixteen(d, bytes + 66, i / 2), weights);
            }
        }
    }

    void decodeS(const std::byte* bytes, std::size_t blocks, float* weights)
    {
        for (std::size_t b = 0; b < blocks; ++b, bytes += 82) {
            const float d = loadHalf(bytes);
            for (int i = 0; i < 32; ++i, weights += 8) {
                const unsigned high = loadByte(bytes + 66 + i / 4) >> 2 * (i % 4) & 3;
                decodeSigned(iq2s[loadByte(bytes + 2 + i) | high << 8], loadByte(bytes + 34 + i),
                    stepOfSixteen(d, bytes + 74, i / 2), weights);
            }
        }
    }

} // namespace

const Format formats::iq2_XXS{
    .name = "IQ2_XXS",
    .ggmlType = 16,
    .blockSize = blockSize,
    .blockBytes = 66,
    .importance = Format::Importance::Used,
    .grid = nullptr,
    .errorBound = 0.0f,
    .decodeBlocks = decodeXxs,
    .encodeRows = nullptr,
};

const Format formats::iq2_XS{
    .name = "IQ2_XS",
    .ggmlType = 17,
    .blockSize = blockSize,
    .blockBytes = 74,
    .importance = Format::Importance::Used,
    .grid = nullptr,
    .errorBound = 0.0f,
    .decodeBlocks = decodeXs,
    .encodeRows = nullptr,
};

const Format formats::iq2_S{
    .name = "IQ2_S",
    .ggmlType = 22,
    .blockSize = blockSize,
    .blockBytes = 82,
    .importance = Format::Importance::Used,
    .grid = nullptr,
    .errorBound = 0.0f,
    .decodeBlocks = decodeS,
    .encodeRows = nullptr,
};

} // namespace core
