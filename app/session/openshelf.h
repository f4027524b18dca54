// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/shelf.h"

#include <filesystem>
#include <memory>
#include <vector>

namespace app {

/// The shelf in the first of the folders `caches` in which one can be made and written to. Null if
/// there is none such: nothing is kept then.
std::shared_ptr<core::Shelf> openShelf(
    const std::vector<std::filesystem::path>& caches, std::uint64_t limit);

} // namespace app
