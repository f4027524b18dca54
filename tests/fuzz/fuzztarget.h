// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

/// What every fuzz target defines.
namespace fuzz {

/// Sound inputs to start from.
std::vector<std::string> seeds();

/// Reads `bytes` as a user's file would be read. It may return or throw core::Error; any other
/// exception, and of course a crash, is a fault.
void check(std::string_view bytes);

} // namespace fuzz
