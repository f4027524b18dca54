// SPDX-License-Identifier: GPL-3.0-or-later
//
// BF16: one weight a block, 2 bytes.
//   0–1  the upper half of an IEEE 754 binary32, little-endian
// Error: 8 significant bits, so at most 2⁻⁹ of each weight.
#include "core/base/half.h"
#include "core/formats/format.h"

namespace core {

namespace {

    void encode(const float* weights, std::size_t columns, const float*, std::byte* bytes)
    {
        floatsToBfloat16s(weights, columns, bytes);
    }

} // namespace

const Format formats::bf16{
    .name = "BF16",
    .ggmlType = 30,
    .blockSize = 1,
    .blockBytes = 2,
    .importance = Format::Importance::Ignored,
    .grid = nullptr,
    .errorBound = 0x1p-9f,
    .decodeBlocks = bfloat16sToFloats,
    .encodeRows = eachRow<encode>,
};

} // namespace core
