// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/json.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>

namespace core {

/// A file of which something can be used although it is not as it should be.
struct LenientJson {
    Json value; ///< null where there is no file or it cannot be used
    std::string fault; ///< one sentence; empty: none
};

/// Reads what Python's json module also takes: a bare Infinity or NaN becomes a string of that
/// name, bytes that are no UTF-8 become U+FFFD; both are faults. Throws Error as readJson does.
LenientJson readLenientJson(const std::filesystem::path& file);

/// The same for a file that may be missing (no fault) or damaged: whatever makes it unreadable is a
/// fault.
LenientJson readOptionalJson(const std::filesystem::path& file);

} // namespace core
