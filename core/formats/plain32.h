// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/format.h"

/// ggml's encoders without importance of the formats with blocks of 32 weights that begin with
/// their scale (rows32.h): no search, so they are vectors from the weights to the bytes.
namespace core::formats {

/// d·(code − half): the largest weight of a block is mapped to code 0. Q4_0: half 8; Q5_0: 16.
void encodeSignedPlain(const RowsToEncode& rows, int half, int blockBytes);

/// d·code + m: d and m span a block's range. Q4_1: largestCode 15; Q5_1: 31.
void encodeOffsetPlain(const RowsToEncode& rows, int largestCode, int blockBytes);

} // namespace core::formats
