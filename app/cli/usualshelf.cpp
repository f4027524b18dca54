// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/usualshelf.h"

#include <charconv>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include <unistd.h>

namespace cli {

namespace {

    namespace fs = std::filesystem;

    /// The folder of an environment variable, or one in the home folder (XDG Base Directory
    /// Specification 0.8: a relative one does not count).
    fs::path baseFolder(const char* variable, const char* inHome)
    {
        const auto valueOf = [](const char* name) -> fs::path {
            const char* value = std::getenv(name);
            return value ? value : "";
        };
        if (const fs::path given = valueOf(variable); given.is_absolute())
            return given;
        const fs::path home = valueOf("HOME");
        return home.is_absolute() ? home / inHome : fs::path();
    }

    /// A value as QSettings writes it: quoted where it needs it, \x and other signs escaped.
    /// Nothing for what is not simply text.
    std::optional<std::string> plainValue(std::string_view written)
    {
        if (written.size() >= 2 && written.front() == '"' && written.back() == '"')
            written = written.substr(1, written.size() - 2);
        std::string value;
        for (std::size_t i = 0; i < written.size(); ++i) {
            if (written[i] != '\\') {
                value += written[i];
                continue;
            }
            if (i + 1 == written.size() || (written[i + 1] != '\\' && written[i + 1] != '"'))
                return std::nullopt; // other signs: the usual folder is taken
            value += written[++i];
        }
        return value;
    }

    void take(ShelfPlace& place, std::string_view key, const std::string& value)
    {
        if (key == "folder" && fs::path(value).is_absolute()) {
            place.folder = value;
        } else if (key == "limit") {
            std::uint64_t limit = 0;
            const char* end = value.data() + value.size();
            if (const auto read = std::from_chars(value.data(), end, limit);
                read.ec == std::errc() && read.ptr == end && limit > 0)
                place.limit = limit;
        }
    }

} // namespace

ShelfPlace usualShelfPlace()
{
    ShelfPlace place;
    if (const fs::path caches = baseFolder("XDG_CACHE_HOME", ".cache"); !caches.empty())
        place.folder = caches / "quantscope" / "quantscope";
    const fs::path settings = baseFolder("XDG_CONFIG_HOME", ".config");
    std::ifstream file(settings / "quantscope" / "quantscope.conf");
    bool isCache = false;
    for (std::string line; !settings.empty() && std::getline(file, line);) {
        if (line.starts_with('['))
            isCache = line == "[cache]";
        const std::size_t equals = line.find('=');
        if (!isCache || equals == std::string::npos)
            continue;
        if (const auto value = plainValue(std::string_view(line).substr(equals + 1)))
            take(place, std::string_view(line).substr(0, equals), *value);
    }
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
