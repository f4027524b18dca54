// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
#include "core/base/progress.h"
#include "core/formats/format.h"
#include "core/model/role.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace core {

class MappedFile;
class RowSource;

/// One tensor of a model: its place and where its weights are. Vectors have one row; a stack of
/// matrices has the rows of all of them, one under the other.
struct Tensor {
    Place place;
    std::string name; ///< GGUF's: "blk.2.attn_k.weight"
    std::string sourceName; ///< the file's own
    std::int64_t rows = 0; ///< outputs
    std::int64_t columns = 0; ///< inputs
    std::vector<std::int64_t> shape; ///< as a file says it, outermost first: {columns} of a vector
    const Format* format = nullptr;
    std::span<const std::byte> bytes; ///< empty: its weights come from …
    std::shared_ptr<const RowSource> source; ///< … and `format` holds them exactly, maybe with
                                             ///< more bits than they need (exactFormat)
    std::size_t offset = 0; ///< of `bytes` in `file`
    std::string file; ///< path
    std::shared_ptr<const MappedFile> mapping; ///< of `file`; null: the bytes are in memory
    std::shared_ptr<const void> owner; ///< keeps bytes in memory alive

    std::int64_t weights() const { return rows * columns; }
    std::int64_t matrices() const; ///< that are stacked in it: 1 but for experts
    bool isMatrix() const { return core::isMatrix(place.role); }
};

/// Some rows of a tensor as a tensor of its own: one matrix of a stack. Requires: they are there.
Tensor rowsOf(const Tensor& tensor, std::int64_t first, std::int64_t count);

/// Bytes that the tensor takes where it is stored, scales included.
std::uint64_t storedSize(const Tensor& tensor);
double storedBitsPerWeight(const Tensor& tensor);
/// The grid of another tool that its weights lie on, for people: "4 bits, groups of 128,
/// symmetric"; empty: none.
std::string gridOf(const Tensor& tensor);
/// What it is stored as, for people: its grid, or its format: "Q4_K".
std::string storedAs(const Tensor& tensor);
/// Whether it was rounded to few levels before: in a format that has them, or by another tool.
bool isAlreadyQuantized(const Tensor& tensor);

/// The format that holds its weights exactly with the fewest bits: that of its grid, if GGUF has
/// one, else its own. The first time it may read all scales of another tool's grid.
const Format* exactFormat(const Tensor& tensor);
/// Its bytes in `format`, made from its source where it has one. Requires: its own or its
/// exactFormat(). Throws Error if its file was changed.
std::vector<std::byte> bytesIn(const Format& format, const Tensor& tensor);
/// The same in its own.
std::vector<std::byte> storedBytes(const Tensor& tensor);

/// Throws Error if the file that holds the tensor's bytes was changed, cut short or removed since
/// it was opened: what was read of them before is then to be forgotten.
void requireUnchanged(const Tensor& tensor);

/// The tensor's weights as floats, on all processors. (rows, columns). Throws Error if its file was
/// changed.
Matrix decode(const Tensor& tensor);
/// The same; also throws Error for a weight that is not finite, with its row and column.
Matrix decodeFinite(const Tensor& tensor, const Progress& progress);
/// Some of its rows, on the calling thread. Requires: they are there. Does not look at the file:
/// requireUnchanged() after the last of many.
Matrix decodeRows(const Tensor& tensor, std::int64_t firstRow, std::int64_t rows);
/// Throws Error, naming tensor, row and column, if a weight of `weights`, the tensor's rows from
/// `firstRow` on, is not finite.
void requireFinite(const Tensor& tensor, const MatrixView& weights, std::int64_t firstRow);

} // namespace core
