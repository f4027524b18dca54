// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/shelf.h"

#include <filesystem>
#include <memory>

namespace cli {

/// Where the window keeps what was computed, and how much of it.
struct ShelfPlace {
    std::filesystem::path folder; ///< the one that holds "shelf"; empty: there is no home for it
    std::uint64_t limit = core::Shelf::usualLimit; ///< bytes
};

/// As the window's settings say (~/.config/quantscope/quantscope.conf: folder and limit of
/// [cache]), else ~/.cache/quantscope/quantscope; $XDG_CONFIG_HOME and $XDG_CACHE_HOME count.
ShelfPlace usualShelfPlace();

/// The window's shelf. Null where none can be made or written to: nothing is kept then.
std::shared_ptr<const core::Shelf> usualShelf();

} // namespace cli
