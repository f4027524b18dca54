// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/preferences.h"

#include <QDir>
#include <QSettings>

#include <algorithm>
#include <cmath>
#include <optional>

namespace app {

namespace {

    const auto languageKey = QStringLiteral("language");
    const auto folderKey = QStringLiteral("cache/folder");
    const auto limitKey = QStringLiteral("cache/limit");
    const auto threadsKey = QStringLiteral("threads");
    const auto contextKey = QStringLiteral("context");
    const auto devicesKey = QStringLiteral("ownDevices");
    const auto nameKey = QStringLiteral("name");
    const auto memoryKey = QStringLiteral("memoryBytes");
    const auto bandwidthKey = QStringLiteral("bytesPerSecond");

    /// A whole number of `least` … `most`, or `otherwise`.
    template<typename Number>
    Number wholeNumber(
        const QSettings& settings, const QString& key, Number least, Number most, Number otherwise)
    {
        bool isNumber = false;
        const qlonglong value = settings.value(key).toLongLong(&isNumber);
        const bool fits = isNumber && value >= qlonglong(least) && value <= qlonglong(most);
        return fits ? Number(value) : otherwise;
    }

    /// The device at the settings' present array index, if it is one.
    std::optional<core::Device> deviceIn(const QSettings& settings)
    {
        const QString name = settings.value(nameKey).toString().simplified();
        const double memory = settings.value(memoryKey).toDouble();
        const double bandwidth = settings.value(bandwidthKey).toDouble();
        const auto isFigure = [](double value) { // not if it is NaN
            return value >= Preferences::leastFigure && value <= Preferences::mostFigure;
        };
        if (name.isEmpty() || !isFigure(memory) || !isFigure(bandwidth))
            return std::nullopt;
        return core::Device{ name.toStdString(), bandwidth, memory, {} };
    }

    std::vector<core::Device> devicesIn(QSettings& settings)
    {
        std::vector<core::Device> devices;
        const int count = std::min(settings.beginReadArray(devicesKey), Preferences::mostDevices);
        for (int i = 0; i < count; ++i) {
            settings.setArrayIndex(i);
            const auto device = deviceIn(settings);
            if (device && std::ranges::count(devices, device->name, &core::Device::name) == 0)
                devices.push_back(*device);
        }
        settings.endArray();
        return devices;
    }

    void writeDevices(QSettings& settings, const std::vector<core::Device>& devices)
    {
        settings.remove(devicesKey);
        settings.beginWriteArray(devicesKey, int(devices.size()));
        for (int i = 0; i < int(devices.size()); ++i) {
            const core::Device& device = devices[std::size_t(i)];
            settings.setArrayIndex(i);
            settings.setValue(nameKey, QString::fromStdString(device.name));
            settings.setValue(memoryKey, device.memoryBytes);
            settings.setValue(bandwidthKey, device.bytesPerSecond);
        }
        settings.endArray();
    }

} // namespace

QStringList languages() { return { QStringLiteral("en"), QStringLiteral("de") }; }

Preferences loadPreferences(QSettings& settings)
{
    Preferences preferences;
    const QString language = settings.value(languageKey).toString();
    if (languages().contains(language))
        preferences.language = language;
    const QString folder = settings.value(folderKey).toString();
    if (QDir::isAbsolutePath(folder) && !folder.contains(QChar::Null))
        preferences.cacheFolder = QDir::cleanPath(folder);
    preferences.cacheLimit = wholeNumber(settings, limitKey, Preferences::leastCache,
        Preferences::mostCache, preferences.cacheLimit);
    preferences.threads
        = wholeNumber(settings, threadsKey, 0, Preferences::mostThreads, preferences.threads);
    preferences.context = wholeNumber(settings, contextKey, Preferences::leastContext,
        Preferences::mostContext, preferences.context);
    preferences.devices = devicesIn(settings);
    return preferences;
}

void savePreferences(QSettings& settings, const Preferences& preferences)
{
    settings.setValue(languageKey, preferences.language);
    settings.setValue(folderKey, preferences.cacheFolder);
    settings.setValue(limitKey, qulonglong(preferences.cacheLimit));
    settings.setValue(threadsKey, preferences.threads);
    settings.setValue(contextKey, preferences.context);
    writeDevices(settings, preferences.devices);
}

} // namespace app
