// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
#include "core/base/progress.h"
#include "core/formats/format.h"

#include <cstddef>
#include <vector>

namespace core {

/// Half-quadratic quantization (Badri and Shaji 2023): scales, and offsets where the format has
/// them, that minimise Σ |W − Ŵ|^0.7 instead of the squared error, so that a few large weights do
/// not set the step of all others. No data. Alternates, for each block, between
///   E = shrink(W − Ŵ): what is taken as outlier, and
///   Ŵ: the format's own encoder on W − E, then each weight of W on the grid so found,
/// errors measured in steps of the grid, and keeps the best of at most 20 rounds; the first is the
/// encoder's on W alone. In a format without offsets only the scale follows. A format without a
/// grid is encoded as it is. Requires: format.fits(W.cols()), finite weights. On all processors, by
/// rows, the same bytes for any number. `progress` is only asked whether to stop. Throws Cancelled.
std::vector<std::byte> hqqRound(
    const MatrixView& W, const Format& format, const Progress& progress);

} // namespace core
