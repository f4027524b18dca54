// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/shelf.h"

#include <filesystem>
#include <memory>

namespace app {

/// The shelf in the folder `cache`, made if it is missing. Null if it cannot be made: nothing is
/// kept then.
std::shared_ptr<const core::Shelf> openShelf(
    const std::filesystem::path& cache, std::uint64_t limit);

} // namespace app
