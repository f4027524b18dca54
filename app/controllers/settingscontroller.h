// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/jobs/jobs.h"
#include "app/session/preferences.h"
#include "app/session/session.h"
#include "widgets/theme.h"

#include <QMap>
#include <QObject>
#include <QPointer>

#include <filesystem>
#include <functional>
#include <memory>

class QSettings;
class QWidget;

namespace widgets {
class SettingsDialog;
}

namespace app {

/// Where results are kept.
struct KeptResults {
    std::shared_ptr<core::Shelf> shelf; ///< null: nowhere
    std::filesystem::path usualFolder;
};

/// Opens the settings and makes what is chosen there count: at once, but for the language and the
/// folder of results, which count from the next start on. Lists and clears what is kept on the
/// quick worker.
class SettingsController : public QObject {
    Q_OBJECT

public:
    /// Makes what is kept in `settings` count. The dialog belongs to `window`.
    SettingsController(QSettings& settings, const widgets::Theme& theme, Jobs& quick,
        Session& session, KeptResults kept, QWidget& window);

    void open(); ///< the dialog, or brings it to the front

signals:
    void lightnessChosen(widgets::Lightness lightness);
    void textScaleChosen(double scale);
    void helpRequested();

private:
    /// Changes what is kept and gives what is left.
    using Work = std::function<void(const core::Shelf&)>;

    void connectLooks();
    void connectCache();
    void connectDevices();
    void fill();
    void fillLooks();
    void fillFolders();
    void chooseFolder();
    void useFolder(const QString& folder);
    void start(const Work& work);
    void save();
    std::vector<core::Device> allDevices() const;

    QSettings& m_settings;
    const widgets::Theme& m_theme;
    Jobs& m_quick;
    Session& m_session;
    KeptResults m_kept;
    QWidget& m_window;
    std::vector<core::Device> m_knownDevices; ///< all but the user's own
    Preferences m_preferences;
    QPointer<widgets::SettingsDialog> m_dialog;
    QMap<JobId, Work> m_jobs;
};

} // namespace app
