// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

namespace app {

/// A text and how much of it is used.
struct TextSettings {
    std::filesystem::path file;
    int length = 0; ///< tokens in a sequence or chunk
    int count = 0; ///< sequences or chunks; 0: as many as there are

    bool operator==(const TextSettings&) const = default;
};

} // namespace app
