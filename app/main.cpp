// SPDX-License-Identifier: GPL-3.0-or-later
// quantscope: the window.
#include "app/mainwindow.h"
#include "app/pictures.h"
#include "app/resources.h"
#include "app/translations.h"
#include "core/base/error.h"
#include "widgets/theme.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QSettings>
#include <QStandardPaths>
#include <QTemporaryDir>

#include <cstdio>

namespace {

/// Exit codes, the same as quantscope-cli's.
enum ExitCode { Done = 0, Usage = 2, BadInput = 3 };

void complain(const QString& text) { std::fprintf(stderr, "quantscope: %s\n", qPrintable(text)); }

std::filesystem::path cacheFolder()
{
    return QStandardPaths::writableLocation(QStandardPaths::CacheLocation).toStdString();
}

int showWindow(QApplication& application, widgets::Theme& theme, const QString& model)
{
    const std::filesystem::path resources = app::resourcesFolder();
    QSettings settings;
    app::MainWindow window(settings, theme, core::readDevices(resources / "devices.json"),
        { resources, cacheFolder() });
    window.show();
    if (!model.isEmpty())
        window.open(model.toStdString());
    return application.exec();
}

int takePictures(widgets::Theme& theme, const QString& folder, const QString& model)
{
    const std::filesystem::path resources = app::resourcesFolder();
    const QTemporaryDir temporary; // neither the user's settings nor cache take part
    QSettings settings(temporary.filePath("settings.ini"), QSettings::IniFormat);
    app::MainWindow window(settings, theme, core::readDevices(resources / "devices.json"),
        { resources, temporary.path().toStdString() });
    app::Pictures pictures(window, theme, folder.toStdString());
    const QString failure = pictures.take(
        model.isEmpty() ? resources / "sample" : std::filesystem::path(model.toStdString()));
    if (failure.isEmpty())
        return Done;
    complain(failure);
    return BadInput;
}

int run(QApplication& application, const QCommandLineParser& parser)
{
    const QStringList models = parser.positionalArguments();
    const QString model = models.isEmpty() ? QString() : models.front();
    widgets::Theme theme(application);
    const QString pictures = parser.value(QStringLiteral("pictures"));
    return pictures.isEmpty() ? showWindow(application, theme, model)
                              : takePictures(theme, pictures, model);
}

} // namespace

int main(int argc, char* argv[])
{
    QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral("quantscope"));
    QApplication::setOrganizationName(QStringLiteral("quantscope"));
    QApplication::setApplicationVersion(QStringLiteral(QUANTSCOPE_VERSION));
    app::installTranslations(application);

    QCommandLineParser parser;
    parser.setApplicationDescription(QApplication::translate(
        "main", "Looks into language-model checkpoints, quantizes them and shows what it costs."));
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addOption({ QStringLiteral("pictures"),
        QApplication::translate("main",
            "Do the main job on the model (or the bundled sample) and write every page of the "
            "window into this folder: PNG, light and dark, 100 % and 200 %."),
        QApplication::translate("main", "folder") });
    parser.addPositionalArgument(QStringLiteral("model"),
        QApplication::translate("main", "Model folder or file to open."),
        QStringLiteral("[model]"));
    if (!parser.parse(QApplication::arguments()) || parser.positionalArguments().size() > 1) {
        complain(parser.errorText().isEmpty()
                ? QApplication::translate("main", "At most one model can be opened.")
                : parser.errorText());
        return Usage;
    }
    if (parser.isSet(QStringLiteral("help")))
        parser.showHelp(Done);
    if (parser.isSet(QStringLiteral("version")))
        parser.showVersion();
    try {
        return run(application, parser);
    } catch (const core::Error& error) { // devices.json, before there is a window
        complain(QString::fromUtf8(error.what()));
        return BadInput;
    }
}
