// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/openshelf.h"

#include <system_error>

namespace app {

std::shared_ptr<const core::Shelf> openShelf(
    const std::filesystem::path& cache, std::uint64_t limit)
{
    const std::filesystem::path folder = cache / "shelf";
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error || !std::filesystem::is_directory(folder, error))
        return nullptr;
    return std::make_shared<const core::Shelf>(folder, limit);
}

} // namespace app
