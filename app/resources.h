// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

namespace app {

/// Where the bundled sample, devices.json, recipes and help lie: beside the installed program
/// (../share/quantscope from its folder), else in the source tree it was built from. Without Qt,
/// so that every program of ours can use it.
std::filesystem::path resourcesFolder();

} // namespace app
