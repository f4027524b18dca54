// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/checkpoint.h"

#include <QString>

namespace widgets {

/// Why a model is not computed, as the middle of a sentence and with the file's name for its path:
/// "model.gguf: the architecture is mamba, …"; empty: it is.
QString notComputedReason(const core::ModelConfig& config);

/// "No text can run through this model (…)": what every button that needs that says; empty: one
/// can.
QString whyNoText(const core::Checkpoint& checkpoint);

} // namespace widgets
