// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace core {

/// Bytes of memory that this machine has; 8 GB where the system does not say.
std::uint64_t machineMemory();

/// The most bytes that a program here can have: memory and swap space, or less where its control
/// group has a limit (Linux's cgroup v2).
std::uint64_t mostMemory();

} // namespace core
