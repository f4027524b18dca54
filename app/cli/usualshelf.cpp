// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/usualshelf.h"

#include "app/cli/windowsettings.h"

#include <charconv>
#include <optional>
#include <string>
#include <system_error>

#include <unistd.h>

namespace cli {

namespace {

    namespace fs = std::filesystem;

    std::optional<std::uint64_t> limitOf(const std::string& value)
    {
        std::uint64_t limit = 0;
        const char* end = value.data() + value.size();
        const auto read = std::from_chars(value.data(), end, limit);
        const bool isLimit = read.ec == std::errc() && read.ptr == end && limit > 0;
        return isLimit ? std::optional(limit) : std::nullopt;
    }

} // namespace

ShelfPlace usualShelfPlace()
{
    ShelfPlace place;
    if (const fs::path caches = baseFolder("XDG_CACHE_HOME", ".cache"); !caches.empty())
        place.folder = caches / "quantscope" / "quantscope";
    const auto settings = windowSettings();
    if (const auto folder = settings.find("cache/folder");
        folder != settings.end() && fs::path(folder->second).is_absolute())
        place.folder = folder->second;
    if (const auto limit = settings.find("cache/limit"); limit != settings.end())
        place.limit = limitOf(limit->second).value_or(place.limit);
    return place;
}

std::shared_ptr<const core::Shelf> usualShelf()
{
    const ShelfPlace place = usualShelfPlace();
    if (place.folder.empty())
        return nullptr;
    const fs::path folder = place.folder / "shelf";
    std::error_code error;
    fs::create_directories(folder, error);
    if (error || !fs::is_directory(folder, error) || ::access(folder.c_str(), W_OK | X_OK) != 0)
        return nullptr;
    return std::make_shared<const core::Shelf>(folder, place.limit);
}

} // namespace cli
