// SPDX-License-Identifier: GPL-3.0-or-later
//
// F32: one weight a block, 4 bytes.
//   0–3  IEEE 754 binary32, little-endian
// Error: none.
#include "core/formats/format.h"

#include <cstring>

namespace core {

namespace {

    void decode(const std::byte* bytes, std::size_t blocks, float* weights)
    {
        std::memcpy(weights, bytes, blocks * sizeof(float));
    }

    void encode(const float* weights, std::size_t columns, const float*, std::byte* bytes)
    {
        std::memcpy(bytes, weights, columns * sizeof(float));
    }

} // namespace

const Format formats::f32{
    .name = "F32",
    .ggmlType = 0,
    .blockSize = 1,
    .blockBytes = 4,
    .importance = Format::Importance::Ignored,
    .grid = nullptr,
    .errorBound = 0.0f,
    .decodeBlocks = decode,
    .encodeRows = eachRow<encode>,
};

} // namespace core
