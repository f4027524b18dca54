// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/controllers/settingscontroller.h"

#include "core/base/parallel.h"
#include "widgets/dialogs/cachesection.h"
#include "widgets/dialogs/computingsection.h"
#include "widgets/dialogs/devicesection.h"
#include "widgets/dialogs/lookssection.h"
#include "widgets/dialogs/settingsdialog.h"

#include <QDir>
#include <QFileDialog>
#include <QFileInfo>

#include <algorithm>
#include <utility>

namespace app {

using widgets::CacheSection;
using widgets::ComputingSection;
using widgets::DeviceSection;
using widgets::LooksSection;
using widgets::SettingsDialog;

namespace {

    QString pathText(const std::filesystem::path& folder)
    {
        return QDir::cleanPath(QString::fromStdString(folder.string()));
    }

} // namespace

SettingsController::SettingsController(QSettings& settings, const widgets::Theme& theme,
    Jobs& quick, Session& session, KeptResults kept, QWidget& window)
    : QObject(&window)
    , m_settings(settings)
    , m_theme(theme)
    , m_quick(quick)
    , m_session(session)
    , m_kept(std::move(kept))
    , m_window(window)
    , m_knownDevices(session.devices())
    , m_preferences(loadPreferences(settings))
{
    core::setThreadLimit(unsigned(m_preferences.threads));
    m_session.setDevices(allDevices());
    m_session.setContext(m_preferences.context);
    connect(&m_theme, &widgets::Theme::changed, this, &SettingsController::fillLooks);
    connect(&m_quick, &Jobs::failed, this, [this](JobId id, const QString&, const QString& reason) {
        if (m_jobs.remove(id) && m_dialog)
            m_dialog->cache()->setFailure(reason);
    });
    connect(&m_quick, &Jobs::cancelled, this, [this](JobId id, const QString&) {
        if (m_jobs.contains(id)) // by a tensor or model that was chosen: what was asked for is due
            start(m_jobs.take(id));
    });
}

void SettingsController::open()
{
    if (!m_dialog) {
        m_dialog = new SettingsDialog(languages(), int(core::processorCount()), &m_window);
        m_dialog->setAttribute(Qt::WA_DeleteOnClose);
        connect(m_dialog, &SettingsDialog::helpRequested, this, &SettingsController::helpRequested);
        connectLooks();
        connectCache();
        connectDevices();
        fill();
    }
    m_dialog->show();
    m_dialog->raise();
    m_dialog->activateWindow();
    start([](const core::Shelf&) {});
}

void SettingsController::connectLooks()
{
    const LooksSection* looks = m_dialog->looks();
    connect(looks, &LooksSection::lightnessChosen, this, &SettingsController::lightnessChosen);
    connect(looks, &LooksSection::textScaleChosen, this, &SettingsController::textScaleChosen);
    connect(looks, &LooksSection::languageChosen, this, [this](const QString& code) {
        m_preferences.language = code;
        save();
    });
}

void SettingsController::connectCache()
{
    const CacheSection* cache = m_dialog->cache();
    connect(cache, &CacheSection::folderRequested, this, &SettingsController::chooseFolder);
    connect(cache, &CacheSection::usualFolderRequested, this, [this] { useFolder({}); });
    connect(cache, &CacheSection::limitChosen, this, [this](quint64 bytes) {
        m_preferences.cacheLimit = bytes;
        save();
        if (m_kept.shelf)
            m_kept.shelf->setLimit(bytes);
        start([](const core::Shelf& shelf) { shelf.trim(0, {}); });
    });
    connect(cache, &CacheSection::removeRequested, this, [this](std::vector<std::string> keys) {
        start([keys = std::move(keys)](const core::Shelf& shelf) {
            for (const std::string& key : keys)
                shelf.remove(key);
        });
    });
    connect(cache, &CacheSection::clearRequested, this,
        [this] { start([](const core::Shelf& shelf) { shelf.clear(); }); });
}

void SettingsController::connectDevices()
{
    connect(m_dialog->computing(), &ComputingSection::threadsChosen, this, [this](int threads) {
        m_preferences.threads = threads;
        save();
        core::setThreadLimit(unsigned(threads));
    });
    const DeviceSection* devices = m_dialog->devices();
    connect(devices, &DeviceSection::contextChosen, this, [this](int tokens) {
        m_preferences.context = tokens;
        save();
        m_session.setContext(tokens);
    });
    connect(devices, &DeviceSection::devicesChanged, this,
        [this](const std::vector<core::Device>& own) {
            m_preferences.devices = own;
            save();
            m_session.setDevices(allDevices());
        });
}

void SettingsController::fill()
{
    fillLooks();
    m_dialog->looks()->setLanguage(m_preferences.language);
    fillFolders();
    m_dialog->cache()->setLimit(m_preferences.cacheLimit);
    m_dialog->computing()->setThreads(m_preferences.threads);
    QStringList names;
    for (const core::Device& device : m_knownDevices)
        names += QString::fromStdString(device.name);
    m_dialog->devices()->setKnownNames(names);
    m_dialog->devices()->setDevices(m_preferences.devices);
    m_dialog->devices()->setContext(m_preferences.context);
}

void SettingsController::fillLooks()
{
    if (!m_dialog)
        return;
    m_dialog->looks()->setLightness(m_theme.lightness());
    m_dialog->looks()->setTextScale(m_theme.textScale());
}

void SettingsController::fillFolders()
{
    m_dialog->cache()->setFolders({ pathText(m_kept.usualFolder), m_preferences.cacheFolder,
        m_kept.shelf ? pathText(m_kept.shelf->folder().parent_path()) : QString() });
}

void SettingsController::chooseFolder()
{
    const QString folder = QFileDialog::getExistingDirectory(
        m_dialog, tr("Choose the folder for results"), m_preferences.cacheFolder);
    if (!folder.isEmpty())
        useFolder(QDir::cleanPath(folder));
}

void SettingsController::useFolder(const QString& folder)
{
    if (!folder.isEmpty() && !QFileInfo(folder).isWritable()) {
        m_dialog->cache()->setFailure(
            tr("Cannot keep results in \"%1\": it cannot be written to.").arg(folder));
        return;
    }
    const bool isUsual = folder == pathText(m_kept.usualFolder);
    m_preferences.cacheFolder = isUsual ? QString() : folder;
    save();
    fillFolders();
}

void SettingsController::start(const Work& work)
{
    if (!m_kept.shelf) {
        if (m_dialog)
            m_dialog->cache()->setItems(std::vector<core::ShelfEntry>());
        return;
    }
    const auto id = std::make_shared<JobId>();
    *id = m_quick.start(
        tr("Looking at kept results"),
        [shelf = std::shared_ptr<const core::Shelf>(m_kept.shelf), work](const core::Progress&) {
            work(*shelf);
            return shelf->entries();
        },
        [this, id](const std::vector<core::ShelfEntry>& entries) {
            m_jobs.remove(*id);
            if (m_dialog && m_jobs.empty()) // else a newer list follows
                m_dialog->cache()->setItems(entries);
        });
    m_jobs.insert(*id, work);
}

void SettingsController::save() { savePreferences(m_settings, m_preferences); }

std::vector<core::Device> SettingsController::allDevices() const
{
    std::vector<core::Device> devices = m_knownDevices;
    for (const core::Device& own : m_preferences.devices)
        if (std::ranges::count(devices, own.name, &core::Device::name) == 0)
            devices.push_back(own);
    return devices;
}

} // namespace app
