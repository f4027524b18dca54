// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
#include "core/model/config.h"

namespace core {

/// The rotary embedding of every position of a sequence: each pair of channels of a head is turned
/// by position · base^(−2·pair/headDim), divided by the model's scaling factors (Su et al. 2021,
/// equation 15).
class RotaryTable {
public:
    /// For positions 0 … length − 1. Computed in double.
    RotaryTable(const ModelConfig& config, int length);

    /// Turns every head of `row`, (heads × headDim) floats at `position`.
    void turn(float* row, int heads, int position) const;

private:
    RotaryLayout m_layout;
    Matrix m_cosine, m_sine; ///< (length, headDim / 2)
};

} // namespace core
