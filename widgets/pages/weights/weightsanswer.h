// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/pages/previewstore.h"
#include "widgets/pages/selectedtensor.h"
#include "widgets/pages/weights/weightspage.h"
#include "widgets/plots/heatmap.h"

namespace widgets {

// What page 2 says of tensors. All are pure.

/// "Heavy tails (kurtosis 1.77, absmax 11.2 σ) and an outlier in input channel 29. Q5_K changes its
/// output by 1.2 %, Q6_K by 0.6 %." Formats are `formats`, fewest bits first.
QString weightsAnswer(const std::vector<SelectedTensor>& tensors, const PreviewStore& previews,
    const std::vector<const core::Format*>& formats, const core::Format* looked, double threshold);

enum class WeightsStatistic { Kurtosis, AbsmaxPerSigma, OutlierShare, Error };

/// The map of one statistic over layers × matrix roles, and what its rows and columns are.
struct WeightsMap {
    HeatMapData data;
    std::vector<int> rows; ///< layers
    std::vector<core::Role> columns;
};
/// What the map of the error is of: of outputs, unless only weights' errors are known.
ErrorOf errorOf(const std::vector<TensorOverview>& tensors);
/// Of errors it has those of errorOf(tensors).
WeightsMap weightsMap(
    const std::vector<TensorOverview>& tensors, WeightsStatistic statistic, double threshold);

/// absmax / σ of a tensor; 0 if all weights are equal.
double absmaxPerSigma(const core::TensorStats& stats);

} // namespace widgets
