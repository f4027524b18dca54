// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/files/imatrix.h"
#include "core/model/checkpoint.h"
#include "core/model/tokenrows.h"

#include <vector>

namespace core {

/// Mean squared activation of each input channel of every matrix that reads activations, by GGUF
/// name: one walk of `checkpoint` as it is. What activationStats measures beside it is left out.
/// On all processors, the same bits for any number of them. Throws Error, Cancelled.
Importance inputImportance(const Checkpoint& checkpoint,
    const std::vector<std::vector<int>>& sequences, const Progress& progress,
    const TokenRoom& room = {});

} // namespace core
