// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/model/checkpoint.h"
#include "core/stats/histogram.h"
#include "core/stats/moments.h"

namespace core {

/// What one tensor's weights look like.
struct TensorStats {
    Moments moments;
    Histogram histogram; ///< 160 bins over ± absmax
    std::vector<float> inputAbsmax; ///< by column
    std::vector<float> outputAbsmax; ///< by row
    /// First weight that is not finite, (−1, −1) if all are.
    std::int64_t nonFiniteRow = -1;
    std::int64_t nonFiniteColumn = -1;
};

/// On all processors, the same bits for any number of them. Decodes tiles of rows, never the whole
/// tensor.
TensorStats tensorStats(const Tensor& tensor, const Progress& progress);

} // namespace core
