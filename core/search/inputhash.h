// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/imatrix.h"

#include <cstdint>
#include <vector>

namespace core {

/// For the keys of what was computed from them (ContentHash).
std::uint64_t hashOf(const std::vector<std::vector<int>>& sequences);
std::uint64_t hashOf(const Importance& importance);

} // namespace core
