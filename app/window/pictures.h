// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/window/mainwindow.h"

#include <QString>

#include <filesystem>
#include <functional>

namespace app {

/// What makes `quantscope --pictures`: opens a model, does the whole job on it (activations, GPTQ
/// and importance-weighted rounding with their measurements, an export into a temporary folder)
/// and writes every page as PNG, light and dark, on a screen of 1440×900 device pixels at the scale
/// of this process: at 200 % that is 720×450 logical pixels, and files end in "-200".
class Pictures {
public:
    /// What QT_SCALE_FACTOR is set to, in percent, in the processes that --pictures starts.
    static constexpr int scales[] = { 100, 200 };

    /// `size` in pixels, at every scale.
    Pictures(MainWindow& window, widgets::Theme& theme, std::filesystem::path folder, QSize size);

    /// Returns an empty string, or why it could not be done. Runs an event loop.
    QString take(const std::filesystem::path& model);

private:
    bool wait(const std::function<bool()>& done);
    bool openModel(const std::filesystem::path& model);
    bool measure();
    bool quantizeAndCompare();
    bool writeText(); ///< by the original, A and B
    bool exportModel();
    void selectTensor();
    bool takeAll(const QString& name, const std::function<void()>& show);
    bool save(const QString& name);

    MainWindow& m_window;
    widgets::Theme& m_theme;
    std::filesystem::path m_folder;
    QSize m_size;
    QString m_failure;
};

} // namespace app
