// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/shelf.h"
#include "core/measure/bandwidth.h"

#include <QString>
#include <QStringList>

#include <cstdint>
#include <vector>

class QSettings;

namespace app {

/// What the user chose once for all models. Colours and text size are the window's.
struct Preferences {
    static constexpr std::uint64_t leastCache = 1'000'000'000; ///< bytes
    static constexpr std::uint64_t mostCache = 100'000'000'000'000;
    static constexpr int leastContext = 1; ///< tokens
    static constexpr int mostContext = 10'000'000;
    static constexpr int mostThreads = 4096;
    static constexpr int mostDevices = 100;
    static constexpr double leastFigure = 1e7; ///< of a device: bytes, bytes a second
    static constexpr double mostFigure = 1e15;

    QString language; ///< "en", "de"; empty: the system's
    QString cacheFolder; ///< absolute; empty: the usual one
    std::uint64_t cacheLimit = core::Shelf::usualLimit; ///< bytes
    int threads = 0; ///< of a computation; 0: all processors
    std::vector<core::Device> devices; ///< the user's own, beside those that Quantscope knows
    int context = 4096; ///< tokens that the bound of tokens/s is stated for
};

/// The languages there are texts in.
QStringList languages();

/// What is kept in `settings`; the default where nothing is kept, or nothing that can be.
Preferences loadPreferences(QSettings& settings);
void savePreferences(QSettings& settings, const Preferences& preferences);

} // namespace app
