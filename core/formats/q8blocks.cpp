// SPDX-License-Identifier: GPL-3.0-or-later
//
// Q8_1, Q8_K: what runtimes round activations to (ggml/src/ggml-common.h); a file seldom holds
// them. Only decoded.
// Q8_1: 32 weights a block, 36 bytes
//   0–1    scale d, binary16
//   2–3    d·Σ codes, binary16
//   4–35   32 codes, signed
// Q8_K: 256 weights a block, 292 bytes
//   0–3    scale d, binary32
//   4–259  256 codes, signed
//   260–291 sums of 16 codes each, 16 bits, signed
// A weight is d·code.
#include "core/formats/blockbytes.h"
#include "core/formats/format.h"

namespace core {

namespace {

    using namespace formats;

    void decodeCodes(const std::byte* codes, int count, float d, float* weights)
    {
        for (int i = 0; i < count; ++i)
            weights[i] = d * float(std::to_integer<std::int8_t>(codes[i]));
    }

    void decodeOne(const std::byte* bytes, std::size_t blocks, float* weights)
    {
        for (std::size_t b = 0; b < blocks; ++b)
            decodeCodes(bytes + 36 * b + 4, 32, loadHalf(bytes + 36 * b), weights + 32 * b);
    }

    void decodeK(const std::byte* bytes, std::size_t blocks, float* weights)
    {
        for (std::size_t b = 0; b < blocks; ++b) {
            float d;
            std::memcpy(&d, bytes + 292 * b, sizeof(d));
            decodeCodes(bytes + 292 * b + 4, 256, d, weights + 256 * b);
        }
    }

} // namespace

const Format formats::q8_1{
    .name = "Q8_1",
    .ggmlType = 9,
    .blockSize = 32,
    .blockBytes = 36,
    .importance = Format::Importance::Ignored,
    .grid = nullptr,
    .errorBound = 0.0f,
    .decodeBlocks = decodeOne,
    .encodeRows = nullptr,
};

const Format formats::q8_K{
    .name = "Q8_K",
    .ggmlType = 15,
    .blockSize = 256,
    .blockBytes = 292,
    .importance = Format::Importance::Ignored,
    .grid = nullptr,
    .errorBound = 0.0f,
    .decodeBlocks = decodeK,
    .encodeRows = nullptr,
};

} // namespace core
