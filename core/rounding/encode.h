// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
#include "core/base/progress.h"
#include "core/formats/closer.h"
#include "core/formats/format.h"

#include <cstddef>
#include <span>
#include <vector>

namespace core {

/// Rounds every row of `W` by an encoder of the format: round-to-nearest without `importance`
/// (empty), importance-weighted with one weight a column; Encoder::Ggml is byte-identical to
/// ggml_quantize_chunk. Where all weights share one scale, it is fitted to `W` unless TensorFormat
/// has done so. Requires: format.fits(W.cols()), finite weights. On all processors, by rows.
/// `progress` is only asked whether to stop. Throws Cancelled.
std::vector<std::byte> encodeMatrix(const MatrixView& W, const Format& format,
    std::span<const float> importance, Encoder encoder, const Progress& progress);
std::vector<std::byte> encodeMatrix(const MatrixView& W, const Format& format,
    std::span<const float> importance, const Progress& progress); ///< by ggml's

/// The weights that `bytes` stand for: (rows, columns). On all processors, by rows.
Matrix decodeMatrix(std::span<const std::byte> bytes, const Format& format, Eigen::Index rows,
    Eigen::Index columns);

/// `target` less what `bytes` store, in one matrix of room.
Matrix lackOf(std::span<const std::byte> bytes, const Format& format, const Matrix& target);

} // namespace core
