// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/format.h"

#include <vector>

namespace app {

/// The formats of the ruler, fewest bits first: all that have levels to draw.
std::vector<const core::Format*> rulerFormats();
/// What the keys 2 3 4 5 6 8 look at: Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, Q8_0. Null for other digits.
const core::Format* formatOfBits(int bits);
/// The next of llama.cpp's common formats with more (+1) or fewer (−1) bits; the last one stays.
const core::Format* steppedFormat(const core::Format* format, int by);

} // namespace app
