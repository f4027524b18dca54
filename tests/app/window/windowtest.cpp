// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/window/windowtest.h"

#include "app/controllers/quantizecontroller.h"
#include "tests/support/tinymodel.h"
#include "widgets/messagebar.h"
#include "widgets/pages/page.h"

#include <QAction>
#include <QApplication>
#include <QLabel>

#include <algorithm>

void WindowTest::openSample()
{
    m_window->open(resources / "sample");
    QTRY_VERIFY_WITH_TIMEOUT(session().isOpen(), longJob);
    app::TextSettings calibration = session().calibration();
    calibration.count = 4; // a few sequences are enough to see the job through
    session().setCalibration(calibration);
    app::TextSettings evaluation = session().evaluation();
    evaluation.count = 2;
    session().setEvaluation(evaluation);
    core::GptqOptions once = session().recipe().recipe().gptq;
    once.sweeps = 1; // sanitized programs are slow
    session().recipe().setGptq(once);
}

void WindowTest::openTiny()
{
    const auto place = std::filesystem::path(m_folder->path().toStdString()) / "tiny";
    std::filesystem::create_directory(place);
    support::writeTinyModel({}, place);
    m_window->open(place);
    QTRY_VERIFY_WITH_TIMEOUT(
        session().isOpen() && session().checkpoint()->path() == place, longJob);
}

void WindowTest::makeWindow()
{
    m_settings
        = std::make_unique<QSettings>(m_folder->filePath("settings.ini"), QSettings::IniFormat);
    m_window = std::make_unique<app::MainWindow>(*m_settings, *m_theme,
        core::readDevices(resources / "devices.json"),
        app::WindowFolders{
            resources, m_folder->path().toStdString(), m_folder->path().toStdString() });
    m_window->show();
}

void WindowTest::restart()
{
    m_window->close();
    m_window.reset();
    makeWindow();
}

bool WindowTest::labelWith(const QWidget& page, const QString& text)
{
    const auto labels = page.findChildren<QLabel*>();
    return std::ranges::any_of(
        labels, [&text](const QLabel* label) { return label->text().contains(text); });
}

bool WindowTest::isIdle() const
{
    return m_window->quantizeController().phase() == app::QuantizeController::Phase::Idle;
}

std::filesystem::path WindowTest::shelfFolder() const
{
    return std::filesystem::path(m_folder->path().toStdString()) / "shelf";
}

QAction* WindowTest::actionNamed(const QString& text) const
{
    for (QAction* action : m_window->actions()) {
        if (action->text().remove(u'&').startsWith(text))
            return action;
    }
    return nullptr;
}

QString WindowTest::messageOf(const widgets::Page& page) const { return page.message()->text(); }

void WindowTest::initTestCase()
{
    QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates));
    m_theme = std::make_unique<widgets::Theme>(*qApp);
}

void WindowTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    makeWindow();
}

void WindowTest::cleanup() { m_window.reset(); }
