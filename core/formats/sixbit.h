// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/format.h"
#include "core/formats/search.h"

/// What Q4_K and Q5_K have in common: super-blocks of 8 groups of 32 weights, each weight
/// d·s·code − dmin·m with 6-bit s and m a group.
///   0–1    scale d of the scales, binary16
///   2–3    scale dmin of the minima, binary16
///   4–7    bits 0–5: s of groups 0–3;  bits 6–7: bits 4–5 of s of groups 4–7
///   8–11   bits 0–5: m of groups 0–3;  bits 6–7: bits 4–5 of m of groups 4–7
///   12–15  bits 0–3: bits 0–3 of s of groups 4–7;  bits 4–7: bits 0–3 of m of groups 4–7
///   16–    the codes, as the format lays them
namespace core::formats::sixbit {

constexpr int blockSize = 256;
constexpr int groups = 8;
constexpr int groupSize = 32;
constexpr int codesAt = 16;

/// step d·s and offset −dmin·m of each group.
BlockScales scales(const std::byte* block);

/// Encodes rows of super-blocks: the scale and the minimum of each group are searched (plain with
/// `plainTries`, and each weight counting √(mean square) + |x|), rounded to 6 bits, and all codes
/// rounded anew.
void encodeRows(const RowsToEncode& rows, int largestCode, const RangeTries& plainTries,
    int blockBytes, decltype(Grid::storeCodes) storeCodes);

/// The same with a lower error than ggml's (closer.h).
void encodeRowsCloser(const RowsToEncode& rows, int largestCode, int blockBytes,
    decltype(Grid::storeCodes) storeCodes);

} // namespace core::formats::sixbit
