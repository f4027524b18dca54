// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
#include "core/base/progress.h"
#include "core/formats/format.h"
#include "core/measure/grouplevels.h"
#include "core/model/tensor.h"
#include "core/rounding/rangecheck.h"
#include "core/stats/histogram.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace core {

/// Where a weight stands in its tensor; −1: nowhere.
struct WeightPlace {
    std::int32_t row = -1, column = -1;
};

/// What rounding a tensor to a format does to it: the data of the ruler.
struct RoundingPreview {
    const Format* format = nullptr;
    int levelsPerGroup = 0; ///< 0 for a format without a grid
    int groupSize = 0;
    GroupLevels finest, typical,
        coarsest; ///< the groups at 2 %, 50 % and 98 % of all steps; empty without a grid
    double outsideTypical = 0; ///< share of weights beyond the typical group's levels
    std::uint64_t clipped
        = 0; ///< weights beyond the end of their own group by more than half a step
    double clippedShare = 0;
    std::vector<std::uint64_t> clippedCounts; ///< by bin of the tensor's histogram
    std::int64_t rows = 0, columns = 0; ///< of the tensor
    std::vector<WeightPlace> binWeights; ///< the first weight of each bin
    std::vector<float> binError; ///< root mean square rounding error by bin
    double rmsError = 0;
    double sqnr = 0; ///< 10 log10(Σ w² / Σ (w − ŵ)²), dB; infinite for no error
    double outputError = 0; ///< sqrt(Σ imp_j (w − ŵ)² / Σ imp_j w²); imp_j = 1 without importance
    bool weighted = false; ///< importance was used
    /// Where the format does not hold the range of a tensor: why, and what a run takes instead
    /// (withinRange); errors are those of that.
    std::optional<RangeFault> fault;
    const Format* wider = nullptr;
};

/// Rounds `weights` to `format`, with `importance` (one a column) or, where that is empty, to
/// nearest, by the encoder that recipes choose by default, and looks at the result. Zeros in
/// `importance` are unknown (knownImportance). Requires:
/// format.fits(columns), `bins` has bins. On all processors, the same bits for any number of them.
/// Throws Error for a weight that is not finite, with its row and column.
RoundingPreview previewRounding(const Matrix& weights, const Format& format,
    std::span<const float> importance, const Histogram& bins, const Progress& progress);

/// The same of a tensor, whose range is held against the format. One that is in `format` in the
/// file stays as it is: levels are its own, errors 0.
RoundingPreview previewRounding(const Tensor& tensor, const Format& format,
    std::span<const float> importance, const Histogram& bins, const Progress& progress);

/// The levels of the group that the weight at `place` of `tensor` is in, as previewRounding makes
/// it. Empty where the format has no groups in a row. Requires: the place is there. Decodes one
/// row.
GroupLevels groupAt(const Tensor& tensor, const Format& format, std::span<const float> importance,
    WeightPlace place);

} // namespace core
