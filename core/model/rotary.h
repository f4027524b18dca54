// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
#include "core/model/layerspec.h"

#include <vector>

namespace core {

/// The rotary embedding of every position of a sequence: each pair of channels of a head is turned
/// by position · base^(−2·pair/r), r the channels that are turned, divided by the model's scaling
/// factors (Su et al. 2021, equation 15), blended as YaRN does where it is asked for.
class RotaryTable {
public:
    /// For positions `first` … length − 1 of sequences of `length` tokens. Computed in double.
    RotaryTable(const RotarySpec& spec, int length, int first = 0);

    /// Turns every head of `row`, (heads × headDim) floats at `position`.
    void turn(float* row, int heads, int headDim, int position) const;
    /// The transpose of it, which brings gradients back.
    void turnBack(float* row, int heads, int headDim, int position) const;

private:
    RotaryLayout m_layout;
    int m_first; ///< position of the first row
    Matrix m_cosine, m_sine; ///< (length − first, r / 2)
};

/// The angle a position of each pair of channels.
std::vector<double> rotaryFrequencies(const RotarySpec& spec, int length);

} // namespace core
