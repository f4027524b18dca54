// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/layerspec.h"

#include <cstddef>

namespace core {

/// result = act(x), of `count` values. Pure; `result` may be `x`.
void activate(Activation activation, const float* x, std::size_t count, float* result);

/// result = act(gate) · up. `result` may be `gate`.
void activateTimes(
    Activation activation, const float* gate, const float* up, std::size_t count, float* result);

} // namespace core
