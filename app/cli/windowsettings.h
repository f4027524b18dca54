// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/measure/bandwidth.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace cli {

/// The folder of an environment variable, or one in the home folder (XDG Base Directory
/// Specification 0.8: a relative one does not count).
std::filesystem::path baseFolder(const char* variable, const char* inHome);

/// What the window's settings say (~/.config/quantscope/quantscope.conf; $XDG_CONFIG_HOME counts),
/// by "section/key". Values that are not simply text are left out. Empty without such a file.
std::map<std::string, std::string> windowSettings();

/// The devices that its user has added there. Those that the window would not take are left out.
std::vector<core::Device> ownDevices();

} // namespace cli
