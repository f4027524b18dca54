// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/measure/evaluation.h"

namespace core {

/// By how much the KLDs of two models against one reference differ, in nats.
struct KldDifference {
    double mean = 0; ///< of the second less the first
    double error = 0; ///< standard error
    bool paired = false; ///< position by position; else the two errors are added in squares

    /// Whether it is larger than what chance makes of it nineteen times in twenty.
    bool isClear() const;
};

/// Paired where both were measured at the same positions and these are known. The error treats
/// positions as independent, as all errors of an Evaluation do. Pure.
KldDifference kldDifference(const Comparison& first, const Comparison& second);

} // namespace core
