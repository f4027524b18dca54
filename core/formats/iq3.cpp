// SPDX-License-Identifier: GPL-3.0-or-later
//
// IQ3_XXS, IQ3_S (llama.cpp): 256 weights a block, four at a time from a codebook of magnitudes,
// with their signs. Numbers of several bytes are little-endian.
// IQ3_XXS, 98 bytes
//   0–1     scale d, binary16
//   2–65    64 codes
//   66–97   eight groups of 32 weights, 32 bits each: four times seven signs (evenSigns) from bit 0
//           on, and the group's scale s in bits 28–31
//   A weight is ±d·(s + ½)/2·level.
// IQ3_S, 110 bytes
//   0–1     scale d, binary16
//   2–65    bits 0–7 of 64 codes
//   66–73   bit 8 of eight codes a byte, that of the first in bit 0
//   74–105  256 signs
//   106–109 scales s of 32 weights, 4 bits each, the first of a byte in its lower half
//   A weight is ±d·(2s + 1)·level.
// Only decoded so far.
#include "core/formats/blockbytes.h"
#include "core/formats/codebooks.h"
#include "core/formats/format.h"

namespace core {

namespace {

    using namespace formats;
    using namespace codebooks;

    constexpr int blockSize = 256;

    void decodeXxs(const std::byte* bytes, std::size_t blocks, float* weights)
    {
        for (std::size_t b = 0; b < blocks; ++b, bytes += 98) {
            const float d = loadHalf(bytes);
            const std::byte* code = bytes + 2;
            for (int group = 0; group < 8; ++group) {
                std::uint32_t signs;
                std::memcpy(&signs, bytes + 66 + 4 * group, 4);
                const float step = d * (0.5f + float(signs >> 28)) * 0.5f;
                for (int k = 0; k < 4; ++k, code += 2, weights += 8) {
                    const unsigned eight = evenSigns(signs >> 7 * k & 127);
                    decodeSigned(iq3xxs[loadByte(code)], eight, step, weights);
                    decodeSigned(iq3xxs[loadByte(code + 1)], eight >> 4, step, weights + 4);
                }
            }
        }
    }

    void decodeS(const std::byte* bytes, std::size_t blocks, float* weights)
    {
        for (std::size_t b = 0; b < blocks; ++b, bytes += 110) {
            const float d = loadHalf(bytes);
            for (int i = 0; i < 64; ++i, weights += 4) {
                const unsigned scale = loadByte(bytes + 106 + i / 16) >> 4 * (i / 8 % 2) & 15;
                const unsigned high = loadByte(bytes + 66 + i / 8) >> i % 8 & 1;
                const unsigned signs = loadByte(bytes + 74 + i / 2) >> 4 * (i % 2);
                decodeSigned(iq3s[loadByte(bytes + 2 + i) | high << 8], signs,
                    d * float(1 + 2 * scale), weights);
            }
        }
    }

} // namespace

const Format formats::iq3_XXS{
    .name = "IQ3_XXS",
    .ggmlType = 18,
    .blockSize = blockSize,
    .blockBytes = 98,
    .importance = Format::Importance::Used,
    .grid = nullptr,
    .errorBound = 0.0f,
    .decodeBlocks = decodeXxs,
    .encodeRows = nullptr,
};

const Format formats::iq3_S{
    .name = "IQ3_S",
    .ggmlType = 21,
    .blockSize = blockSize,
    .blockBytes = 110,
    .importance = Format::Importance::Used,
    .grid = nullptr,
    .errorBound = 0.0f,
    .decodeBlocks = decodeS,
    .encodeRows = nullptr,
};

} // namespace core
