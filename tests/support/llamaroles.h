// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/role.h"

#include <array>

namespace support {

/// The matrices of a layer of Llama, as most architectures have them.
inline constexpr std::array llamaMatrices{ core::Role::AttnQ, core::Role::AttnK, core::Role::AttnV,
    core::Role::AttnOutput, core::Role::FfnGate, core::Role::FfnUp, core::Role::FfnDown };

} // namespace support
