// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/checkpoint.h"
#include "widgets/pages/activations/activationspage.h"
#include "widgets/pages/precision/costtable.h"
#include "widgets/pages/previewstore.h"
#include "widgets/pages/selectedtensor.h"
#include "widgets/pages/weights/weightspage.h"

#include <memory>
#include <vector>

/// The bundled sample with its real statistics, computed once a program.
struct SampleData {
    std::shared_ptr<const core::Checkpoint> checkpoint;
    std::vector<widgets::TensorOverview> overview; ///< all matrices
    std::vector<const core::Format*> formats; ///< of the ruler, fewest bits first
    widgets::MeasuredActivations activations; ///< 8 sequences of 256 tokens

    widgets::SelectedTensor select(core::Place place) const;
    widgets::Previews previews(core::Place place) const;
    /// Every format, with the real errors of those that have a grid.
    /// What the cost table shows where the recipe has `assigned`; null: mixed.
    std::vector<widgets::FormatChoice> choices(
        core::Place place, const core::Format* assigned) const;
};
const SampleData& sampleData();
