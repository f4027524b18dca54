// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/format.h"

#include <algorithm>
#include <array>
#include <cstddef>

/// Groups of weights in columns: the searches look at sixteen groups at once, one a vector lane, so
/// that the sums of each group still add in order.
namespace core::formats {

/// Groups, or blocks, that are handled at once.
constexpr int together = 16;

/// The largest group that is searched at once.
constexpr int largestGroup = 32;

/// One number of each of sixteen groups.
using Sixteen = std::array<float, together>;

/// Where each of sixteen groups begins.
using Places = std::array<const float*, together>;

/// Sixteen groups side by side: weight i of group g is x[i][g].
struct Groups {
    int size; ///< weights a group, at most largestGroup
    alignas(64) std::array<Sixteen, largestGroup> x;
    alignas(64) std::array<Sixteen, largestGroup> weight; ///< what an error at x counts
};

/// Up to sixteen blocks of some rows. Those beyond `count` repeat the first.
struct Blocks {
    int count;
    Places x;
    Places importance; ///< null without
    std::array<std::byte*, together> bytes;
    std::array<std::size_t, together> row; ///< which one of the rows
};

/// Calls body(Blocks) for all blocks of `rows`, in order.
template<typename Body>
void forBlocks(const RowsToEncode& rows, int blockSize, int blockBytes, const Body& body)
{
    const std::size_t inRow = rows.columns / std::size_t(blockSize);
    const std::size_t all = rows.rows * inRow;
    for (std::size_t first = 0; first < all; first += together) {
        Blocks blocks{};
        blocks.count = int(std::min<std::size_t>(together, all - first));
        for (std::size_t k = 0; k < together; ++k) {
            const std::size_t index = k < std::size_t(blocks.count) ? first + k : first;
            const std::size_t row = index / inRow;
            const std::size_t column = index % inRow * std::size_t(blockSize);
            blocks.x[k] = rows.weights + row * rows.stride + column;
            blocks.importance[k] = rows.importance ? rows.importance + column : nullptr;
            blocks.bytes[k]
                = rows.bytes + row * rows.byteStride + index % inRow * std::size_t(blockBytes);
            blocks.row[k] = row;
        }
        body(blocks);
    }
}

/// The sixteen groups of `size` weights that follow each other from `first` on.
Places consecutiveGroups(const float* first, std::size_t size);

/// The groups of two super-blocks of eight groups of 32, from block `first` on: group g of block b
/// in lane b % 2 · 8 + g.
Places pairOfBlocks(const Places& blocks, std::size_t first);

/// values[i][g] = places[g][i] for i < count. Requires: count a multiple of 16.
void loadColumns(const Places& places, int count, Sixteen* values);

/// Σ x² of `count` weights from each place on, added in order. Requires: count a multiple of 16.
Sixteen sumsOfSquares(const Places& places, std::size_t count);
/// The same of |x|.
Sixteen sumsOfMagnitudes(const Places& places, std::size_t count);

/// What an error counts: importance·√(variance + x²). `groups.weight` holds the importance before.
void weighByImportance(const Sixteen& variance, Groups& groups);
/// x²
void weighBySquares(Groups& groups);
/// offset + |x|
void weighByMagnitudes(const Sixteen& offset, Groups& groups);

/// Sixteen groups that count by importance alone, or all alike where there is none.
void loadWithImportance(const Places& x, const Places& importance, int size, Groups& groups);

/// Σ values[i][g] over i < count, added in order.
Sixteen sums(const Sixteen* values, int count);

} // namespace core::formats
