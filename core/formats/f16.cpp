// SPDX-License-Identifier: GPL-3.0-or-later
//
// F16: one weight a block, 2 bytes.
//   0–1  IEEE 754 binary16, little-endian
// Error: 11 significant bits, so at most 2⁻¹² of each weight from 6.1e-5 to 65504; 2⁻²⁵ below.
#include "core/base/half.h"
#include "core/formats/format.h"

namespace core {

namespace {

    void encode(const float* weights, std::size_t columns, const float*, std::byte* bytes)
    {
        floatsToHalves(weights, columns, bytes);
    }

} // namespace

const Format formats::f16{
    .name = "F16",
    .ggmlType = 1,
    .blockSize = 1,
    .blockBytes = 2,
    .importance = Format::Importance::Ignored,
    .grid = nullptr,
    .errorBound = 0x1p-12f,
    .decodeBlocks = halvesToFloats,
    .encodeRows = eachRow<encode>,
};

} // namespace core
