// SPDX-License-Identifier: GPL-3.0-or-later
//
// IQ1_S, IQ1_M (llama.cpp): 256 weights a block, eight at a time from a codebook of −1, 0 and 1,
// all shifted by ±⅛. Numbers of several bytes are little-endian.
// IQ1_S, 50 bytes
//   0–1    scale d, binary16
//   2–33   bits 0–7 of 32 codes
//   34–49  eight numbers of 16 bits, each of 32 weights: bits 8–10 of four codes from bit 0 on, the
//          scale s in bits 12–14, bit 15 set for a shift of −⅛
// IQ1_M, 56 bytes
//   0–31   bits 0–7 of 32 codes
//   32–47  bits 8–10 of two codes a byte, those of the first in bits 0–2, and bits 3 and 7 set for
//          a shift of −⅛
//   48–55  four numbers of 16 bits: four scales s of 16 weights, 3 bits each from bit 0 on; the
//          uppermost four bits of the four numbers are the scale d, binary16, lowest first
// A weight is d·(2s + 1)·(level ± ⅛). Only decoded so far.
#include "core/formats/blockbytes.h"
#include "core/formats/codebooks.h"
#include "core/formats/format.h"

namespace core {

namespace {

    using namespace formats;

    constexpr int blockSize = 256;

    unsigned loadPair(const std::byte* bytes) { return loadByte(bytes) | loadByte(bytes + 1) << 8; }

    void decodeEight(unsigned code, float step, float shift, float* weights)
    {
        const codebooks::Eight& levels = codebooks::iq1[code];
        for (std::size_t i = 0; i < levels.size(); ++i)
            weights[i] = step * (float(levels[i]) + shift);
    }

    float shiftFor(unsigned isDown) { return isDown != 0 ? -0.125f : 0.125f; }

    void decodeS(const std::byte* bytes, std::size_t blocks, float* weights)
    {
        for (std::size_t b = 0; b < blocks; ++b, bytes += 50) {
            const float d = loadHalf(bytes);
            for (int i = 0; i < 32; ++i, weights += 8) {
                const unsigned group = loadPair(bytes + 34 + i / 4 * 2);
                const unsigned code = loadByte(bytes + 2 + i) | (group >> 3 * (i % 4) & 7) << 8;
                decodeEight(
                    code, d * float(2 * (group >> 12 & 7) + 1), shiftFor(group >> 15), weights);
            }
        }
    }

    void decodeM(const std::byte* bytes, std::size_t blocks, float* weights)
    {
        for (std::size_t b = 0; b < blocks; ++b, bytes += 56) {
            unsigned half = 0;
            for (int k = 0; k < 4; ++k)
                half |= (loadPair(bytes + 48 + 2 * k) >> 12) << 4 * k;
            const float d = halfToFloat(std::uint16_t(half));
            for (int i = 0; i < 32; ++i, weights += 8) {
                const unsigned scale = loadPair(bytes + 48 + i / 8 * 2) >> 3 * (i / 2 % 4) & 7;
                const unsigned high = loadByte(bytes + 32 + i / 2) >> 4 * (i % 2) & 15;
                decodeEight(loadByte(bytes + i) | (high & 7) << 8, d * float(2 * scale + 1),
                    shiftFor(high >> 3), weights);
            }
        }
    }

} // namespace

const Format formats::iq1_S{
    .name = "IQ1_S",
    .ggmlType = 19,
    .blockSize = blockSize,
    .blockBytes = 50,
    .importance = Format::Importance::Used,
    .grid = nullptr,
    .errorBound = 0.0f,
    .decodeBlocks = decodeS,
    .encodeRows = nullptr,
};

const Format formats::iq1_M{
    .name = "IQ1_M",
    .ggmlType = 29,
    .blockSize = blockSize,
    .blockBytes = 56,
    .importance = Format::Importance::Used,
    .grid = nullptr,
    .errorBound = 0.0f,
    .decodeBlocks = decodeM,
    .encodeRows = nullptr,
};

} // namespace core
