// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/session/selection.h"
#include "app/session/session.h"
#include "widgets/pages/selectedtensor.h"

#include <vector>

namespace app {

/// Of several selected tensors the Weights page shows only these.
constexpr std::size_t mostShownTensors = 4;

/// The selected tensors with what is known of them, as the pages take them.
std::vector<widgets::SelectedTensor> selectedTensors(
    const Session& session, const Selection& selection);

/// Their places.
std::vector<core::Place> selectedPlaces(const Session& session, const Selection& selection);

} // namespace app
