// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/format.h"

/// The encoders of the formats with blocks of 32 weights that begin with their scale.
namespace core::formats {

using StoreCodes = decltype(Grid::storeCodes);

/// Rows of weights d·(code − half) with d of either sign in bytes 0–1 (Q4_0: half 8; Q5_0: 16).
/// Plain, the largest weight of a block is mapped to code 0; with importance d is searched.
void encodeSignedRows(const RowsToEncode& rows, int half, int blockBytes, StoreCodes storeCodes);

/// Rows of weights d·code + m, d in bytes 0–1 and m in bytes 2–3 (Q4_1: largestCode 15; Q5_1: 31).
/// Plain, d and m span a block's range; with importance both are searched, m at most 0.
void encodeOffsetRows(
    const RowsToEncode& rows, int largestCode, int blockBytes, StoreCodes storeCodes);

/// The same with a lower error than ggml's (closer.h).
void encodeSignedRowsCloser(
    const RowsToEncode& rows, int half, int blockBytes, StoreCodes storeCodes);
void encodeOffsetRowsCloser(
    const RowsToEncode& rows, int largestCode, int blockBytes, StoreCodes storeCodes);

} // namespace core::formats
