// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/openshelf.h"

#include <system_error>

#include <unistd.h>

namespace app {

std::shared_ptr<core::Shelf> openShelf(
    const std::vector<std::filesystem::path>& caches, std::uint64_t limit)
{
    for (const std::filesystem::path& cache : caches) {
        const std::filesystem::path folder = cache / "shelf";
        std::error_code error;
        std::filesystem::create_directories(folder, error);
        if (!error && std::filesystem::is_directory(folder, error)
            && ::access(folder.c_str(), W_OK | X_OK) == 0)
            return std::make_shared<core::Shelf>(folder, limit);
    }
    return nullptr;
}

} // namespace app
