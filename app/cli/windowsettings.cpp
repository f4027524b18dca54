// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/windowsettings.h"

#include <charconv>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string_view>
#include <system_error>

namespace cli {

namespace {

    namespace fs = std::filesystem;

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
                return std::nullopt; // other signs
            value += written[++i];
        }
        return value;
    }

    /// As Preferences of the window takes it, in bytes or bytes a second.
    std::optional<double> figureOf(const std::string& value)
    {
        constexpr double least = 1e7, most = 1e15;
        double figure = 0;
        const char* end = value.data() + value.size();
        const auto read = std::from_chars(value.data(), end, figure);
        const bool isFigure
            = read.ec == std::errc() && read.ptr == end && figure >= least && figure <= most;
        return isFigure ? std::optional(figure) : std::nullopt;
    }

} // namespace

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

std::map<std::string, std::string> windowSettings()
{
    const fs::path folder = baseFolder("XDG_CONFIG_HOME", ".config");
    if (folder.empty())
        return {};
    std::map<std::string, std::string> settings;
    std::ifstream file(folder / "quantscope" / "quantscope.conf");
    std::string section;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with('[') && line.ends_with(']'))
            section = line.substr(1, line.size() - 2);
        const std::size_t equals = line.find('=');
        if (equals == std::string::npos)
            continue;
        if (const auto value = plainValue(std::string_view(line).substr(equals + 1)))
            settings[section + "/" + line.substr(0, equals)] = *value;
    }
    return settings;
}

std::vector<core::Device> ownDevices()
{
    constexpr int most = 100; // as the window reads
    const auto settings = windowSettings();
    const auto valueOf = [&settings](const std::string& key) {
        const auto found = settings.find("ownDevices/" + key);
        return found == settings.end() ? std::string() : found->second;
    };
    std::vector<core::Device> devices;
    for (int i = 1; i <= most; ++i) {
        const std::string place = std::to_string(i) + "\\";
        const std::string name = valueOf(place + "name");
        const auto memory = figureOf(valueOf(place + "memoryBytes"));
        const auto bandwidth = figureOf(valueOf(place + "bytesPerSecond"));
        if (!name.empty() && memory && bandwidth)
            devices.push_back({ name, *bandwidth, *memory, {} });
    }
    return devices;
}

} // namespace cli
