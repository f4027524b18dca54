// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/storedtensor.h"
#include "core/model/config.h"

#include <vector>

namespace core {

/// The values of a stored rope_freqs or rope_factors_*. Throws Error for another shape, a value
/// that is not above 0.
std::vector<float> ropeFactors(const StoredTensor& stored, const ModelConfig& config);

} // namespace core
