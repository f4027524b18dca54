// SPDX-License-Identifier: GPL-3.0-or-later
// quantscope: the window.
#include "app/resources.h"
#include "app/session/preferences.h"
#include "app/window/mainwindow.h"
#include "app/window/pictures.h"
#include "app/window/translations.h"
#include "core/base/blasmemory.h"
#include "core/base/error.h"
#include "core/files/temporaryfiles.h"
#include "widgets/icons.h"
#include "widgets/theme.h"

#include <QApplication>
#include <QCommandLineOption>
#include <QCommandLineParser>
#include <QDir>
#include <QProcess>
#include <QSettings>
#include <QStandardPaths>
#include <QTemporaryDir>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <string_view>
#include <vector>

namespace {

/// Exit codes, the same as quantscope-cli's.
enum ExitCode { Done = 0, Usage = 2, BadInput = 3 };

const QString sizeOption = QStringLiteral("pictures-size");

void complain(const QString& text) { std::fprintf(stderr, "quantscope: %s\n", qPrintable(text)); }

std::filesystem::path cacheFolder()
{
    return QStandardPaths::writableLocation(QStandardPaths::CacheLocation).toStdString();
}

std::filesystem::path dataFolder()
{
    return QStandardPaths::writableLocation(QStandardPaths::AppDataLocation).toStdString();
}

int showWindow(QApplication& application, widgets::Theme& theme, const QString& model)
{
    const std::filesystem::path resources = app::resourcesFolder();
    QSettings settings;
    app::MainWindow window(settings, theme, core::readDevices(resources / "devices.json"),
        { resources, cacheFolder(), dataFolder(), QDir::homePath().toStdString() });
    window.show();
    if (!model.isEmpty())
        window.open(model.toStdString());
    return application.exec();
}

/// The pictures at this process's scale. `work` holds settings and finished layers, so that neither
/// the user's own take part nor a second scale quantizes anew.
int takePictures(widgets::Theme& theme, const QString& folder, const QString& model,
    const QString& work, QSize size)
{
    const std::filesystem::path resources = app::resourcesFolder();
    QSettings settings(work + QStringLiteral("/settings.ini"), QSettings::IniFormat);
    app::MainWindow window(settings, theme, core::readDevices(resources / "devices.json"),
        { resources, work.toStdString(), work.toStdString() });
    app::Pictures pictures(window, theme, folder.toStdString(), size);
    const QString failure = pictures.take(
        model.isEmpty() ? resources / "sample" : std::filesystem::path(model.toStdString()));
    if (failure.isEmpty())
        return Done;
    complain(failure);
    return BadInput;
}

/// Starts this program once for each scale: Qt's scale is a process's.
int takePicturesAtAllScales(const QString& folder, const QString& model, const QString& size)
{
    const QTemporaryDir work;
    for (const int percent : app::Pictures::scales) {
        QProcess process;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("QT_SCALE_FACTOR"), QString::number(percent / 100.0));
        process.setProcessEnvironment(environment);
        process.setProcessChannelMode(QProcess::ForwardedChannels);
        QStringList arguments{ QStringLiteral("--pictures"), folder,
            QStringLiteral("--pictures-size"), size, QStringLiteral("--pictures-work"),
            work.path() };
        if (!model.isEmpty())
            arguments += model;
        process.start(QCoreApplication::applicationFilePath(), arguments);
        if (!process.waitForFinished(-1) || process.exitStatus() != QProcess::NormalExit)
            return BadInput;
        if (process.exitCode() != Done)
            return process.exitCode();
    }
    return Done;
}

/// "1280x720"; not valid if it is not of that kind or not of a window.
QSize sizeOf(const QString& text)
{
    const QStringList numbers = text.split(QLatin1Char('x'));
    const QSize size
        = numbers.size() == 2 ? QSize(numbers[0].toInt(), numbers[1].toInt()) : QSize();
    return QRect(320, 240, 15681, 8401).contains(size.width(), size.height()) ? size : QSize();
}

int run(QApplication& application, const QCommandLineParser& parser)
{
    const QStringList models = parser.positionalArguments();
    const QString model = models.isEmpty() ? QString() : models.front();
    const QString pictures = parser.value(QStringLiteral("pictures"));
    const QString work = parser.value(QStringLiteral("pictures-work"));
    const QSize size = sizeOf(parser.value(sizeOption));
    if (!size.isValid()) {
        complain(QApplication::translate("main",
            "\"%1\" is no size of pictures; expected width and height in pixels, as in 1280x720.")
                     .arg(parser.value(sizeOption)));
        return Usage;
    }
    if (!pictures.isEmpty() && work.isEmpty())
        return takePicturesAtAllScales(pictures, model, parser.value(sizeOption));
    widgets::Theme theme(application);
    return pictures.isEmpty() ? showWindow(application, theme, model)
                              : takePictures(theme, pictures, model, work, size);
}

/// Told to end from outside: nothing half-written stays.
void onTermination(int signal)
{
    core::removeTemporaryFiles();
    std::signal(signal, SIG_DFL);
    std::raise(signal);
}

void handleSignals()
{
    for (const int signal : { SIGINT, SIGTERM, SIGHUP })
        if (std::signal(signal, onTermination) == SIG_IGN)
            std::signal(signal, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN); // a file beyond ulimit -f is an error of write()
}

/// Names and texts, for a parser and for what it prints.
void introduce(QCoreApplication& application)
{
    QCoreApplication::setApplicationName(QStringLiteral("quantscope"));
    QCoreApplication::setOrganizationName(QStringLiteral("quantscope"));
    QCoreApplication::setApplicationVersion(QStringLiteral(QUANTSCOPE_VERSION));
    const QStringList words = QCoreApplication::arguments();
    const bool takesPictures = std::any_of(words.begin(), words.end(),
        [](const QString& word) { return word.startsWith(u"--pictures"); });
    QSettings settings;
    app::installTranslations( // pictures take nothing from the user's own settings
        application, takesPictures ? QString() : app::loadPreferences(settings).language);
}

void describe(QCommandLineParser& parser)
{
    parser.setApplicationDescription(QCoreApplication::translate(
        "main", "Looks into language-model checkpoints, quantizes them and shows what it costs."));
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addOption({ QStringLiteral("pictures"),
        QCoreApplication::translate("main",
            "Do the main job on the model (or the bundled sample) and write every page of the "
            "window into this folder: PNG, light and dark, 100 % and 200 %."),
        QCoreApplication::translate("main", "folder") });
    parser.addOption({ sizeOption,
        QCoreApplication::translate("main", "Size of these pictures in pixels (%1).")
            .arg(QStringLiteral("1440x900")),
        QCoreApplication::translate("main", "size"), QStringLiteral("1440x900") });
    QCommandLineOption work(QStringLiteral("pictures-work"), QString(), QStringLiteral("folder"));
    work.setFlags(QCommandLineOption::HiddenFromHelp); // how --pictures calls itself
    parser.addOption(work);
    parser.addPositionalArgument(QStringLiteral("model"),
        QCoreApplication::translate(
            "main", "Model folder or file, or session (.quantscope), to open."),
        QStringLiteral("[model]"));
}

/// Prints what --help or --version asks for. A window would need a display to be made.
void inform(int argc, char* argv[])
{
    QCoreApplication application(argc, argv);
    introduce(application);
    QCommandLineParser parser;
    describe(parser);
    parser.parse(QCoreApplication::arguments());
    if (parser.isSet(QStringLiteral("version")))
        parser.showVersion();
    parser.showHelp(Done);
}

bool asksForInformation(const std::vector<std::string_view>& arguments)
{
    return std::any_of(arguments.begin(), arguments.end(), [](std::string_view argument) {
        return argument == "--help" || argument == "-h" || argument == "--help-all"
            || argument == "--version" || argument == "-v";
    });
}

} // namespace

int main(int argc, char* argv[])
{
    core::takeBlasMemory(); // while there is one thread
    handleSignals();
    const std::vector<std::string_view> arguments(argv + std::min(argc, 1), argv + argc);
    if (asksForInformation(arguments))
        inform(argc, argv); // ends the program
    for (const std::string_view argument : arguments) { // pictures need no screen
        if (argument.starts_with("--pictures"))
            qputenv("QT_QPA_PLATFORM", "offscreen");
    }
    QApplication application(argc, argv);
    introduce(application);
    QApplication::setWindowIcon(widgets::applicationIcon());

    QCommandLineParser parser;
    describe(parser);
    if (!parser.parse(QApplication::arguments()) || parser.positionalArguments().size() > 1) {
        complain(parser.errorText().isEmpty()
                ? QApplication::translate("main", "At most one model can be opened.")
                : parser.errorText());
        return Usage;
    }
    try {
        return run(application, parser);
    } catch (const core::Error& error) { // devices.json, before there is a window
        complain(QString::fromUtf8(error.what()));
        return BadInput;
    }
}
