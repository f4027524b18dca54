// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace core {

/// Bytes of memory that this machine has; 8 GB where the system does not say.
std::uint64_t machineMemory();

} // namespace core
