// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/json.h"
#include "core/model/checkpoint.h"

#include <iosfwd>

namespace cli {

/// What the layers of a model compute: norms, positions, attention, activation, biases, scales; of
/// one that is not computed only why.
core::Json modelProperties(const core::Checkpoint& checkpoint);

/// The same in lines: "norm: RMSNorm (epsilon 1e-06), before and after each branch"; what llama.cpp
/// does otherwise, and why a model is not computed, is among its notes.
void printModelProperties(const core::Checkpoint& checkpoint, std::ostream& out);

} // namespace cli
