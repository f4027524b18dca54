// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/files/json.h"
#include "core/measure/bandwidth.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace core {

namespace {

    constexpr double giga = 1e9; // decimal, as makers count bandwidth

    double positive(const Json& device, const std::string& key, const std::string& place)
    {
        const double value = jsonValue<double>(device, key, place);
        if (!(value > 0))
            throw Error(text(place, ": ", key, " is ", value, ", expected more than 0"));
        return value;
    }

    std::string named(const Json& device, const std::string& key, const std::string& place)
    {
        const auto value = jsonValue<std::string>(device, key, place);
        if (value.empty())
            throw Error(text(place, ": ", key, " is empty, expected text"));
        return value;
    }

} // namespace

std::vector<Device> readDevices(const std::filesystem::path& file)
{
    const Json json = readJson(file);
    const auto list = json.is_object() ? json.find("devices") : json.end();
    if (!json.is_object() || list == json.end() || !list->is_array() || list->empty())
        throw Error(text(file.string(), ": devices is missing or empty, expected an array"));
    std::vector<Device> devices;
    for (const Json& entry : *list) {
        const std::string place = text(file.string(), ": device ", devices.size());
        Device device{ named(entry, "name", place),
            positive(entry, "gigabytesPerSecond", place) * giga,
            positive(entry, "memoryGigabytes", place) * giga, named(entry, "source", place) };
        if (std::any_of(devices.begin(), devices.end(),
                [&](const Device& other) { return other.name == device.name; }))
            throw Error(
                text(place, ": name is \"", device.name, "\" for the second time, expected once"));
        devices.push_back(std::move(device));
    }
    return devices;
}

} // namespace core
