// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/window/mainwindow.h"
#include "widgets/theme.h"

#include <QSettings>
#include <QTemporaryDir>
#include <QTest>

#include <filesystem>
#include <memory>

class QAction;

/// A test of the whole window: for each function one with settings, caches and sessions of its own,
/// nothing open. Numbers as in US English.
class WindowTest : public QObject {
    Q_OBJECT

protected:
    static constexpr int longJob = 120'000; ///< milliseconds, also under sanitizers
    static inline const std::filesystem::path resources
        = std::filesystem::path(QUANTSCOPE_SOURCE_DIR) / "resources";

    app::Session& session() { return m_window->session(); }
    std::filesystem::path shelfFolder() const; ///< where finished layers are kept

    /// With four sequences to calibrate on, two chunks to measure by and one sweep: enough to see a
    /// job through.
    void openSample();
    /// A model of random weights in the folder "tiny".
    void openTiny();
    void makeWindow();
    void restart(); ///< ends the program and starts it again

    bool isIdle() const; ///< nothing is rounded or measured
    QAction* actionNamed(const QString& text) const; ///< null if there is none
    static bool labelWith(const QWidget& page, const QString& text);
    QString messageOf(const widgets::Page& page) const;

    std::unique_ptr<widgets::Theme> m_theme;
    std::unique_ptr<QTemporaryDir> m_folder; ///< the function's own, the models' included
    std::unique_ptr<QSettings> m_settings;
    std::unique_ptr<app::MainWindow> m_window;

private slots:
    void initTestCase();
    void init();
    void cleanup();
};
