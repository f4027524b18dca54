// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
#include "core/model/layerspec.h"

namespace core {

constexpr int queryTile = 64; ///< queries of a task: few, so that little beyond the causal triangle
                              ///< is computed

/// Some queries of one head of a sequence, and the keys and values that they may see.
struct AttendedRows {
    MatrixView queries; ///< (count, channels)
    MatrixView keys; ///< (…, channels): from position `lowest` to that of the last query
    MatrixView values; ///< of the same positions
    int first; ///< position of the first query
    int lowest;
};

/// The position of the first key that a query at `first` or behind it sees.
int lowestKey(const AttentionSpec& spec, int first);

/// context = softmax(q · kᵀ · scale) · v over the keys up to each query, within its window. `sink`:
/// one more logit, of a key without a value; null: none. On the calling thread.
void attendRows(
    const AttendedRows& rows, MatrixBlock context, const AttentionSpec& spec, const float* sink);

} // namespace core
