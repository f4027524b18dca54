// SPDX-License-Identifier: GPL-3.0-or-later
// Kills the window's program at random moments of its main job. Started again, it brings its
// session back, the interrupted run is resumed, and the end is that of a program nobody disturbed.
#include "app/controllers/exportcontroller.h"
#include "app/controllers/quantizecontroller.h"
#include "app/window/mainwindow.h"
#include "tests/support/filebytes.h"
#include "tests/support/tinymodel.h"
#include "widgets/theme.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QProcess>
#include <QRandomGenerator>
#include <QSettings>
#include <QTest>

#include <nlohmann/json.hpp>

#include <csignal>

namespace fs = std::filesystem;
using app::MainWindow;
using app::QuantizeController;

namespace {

constexpr const char* placeName = "QUANTSCOPE_KILLED_PLACE"; // where the child works

/// Does the main job by itself, from wherever the last program stopped: quantize, measure, export.
class Autopilot : public QObject {
public:
    Autopilot(MainWindow& window, fs::path place)
        : m_window(window)
        , m_place(std::move(place))
    {
        QuantizeController& quantize = window.quantizeController();
        connect(&window.session(), &app::Session::modelChanged, this, &Autopilot::goOn,
            Qt::QueuedConnection);
        connect(&quantize, &QuantizeController::started, this, &Autopilot::editMeanwhile);
        connect(&quantize, &QuantizeController::evaluated, this, &Autopilot::goOn,
            Qt::QueuedConnection);
        connect(&window.session(), &app::Session::exportedChanged, this, &Autopilot::goOn,
            Qt::QueuedConnection);
        window.open(m_place / "model");
    }

private:
    void goOn()
    {
        app::Session& session = m_window.session();
        QuantizeController& quantize = m_window.quantizeController();
        const auto run = session.runs().find(1);
        if (quantize.isBusy() || m_window.exportController().isRunning())
            return;
        if (session.exported()) {
            m_window.close();
            return QCoreApplication::quit();
        }
        if (const app::QueuedRun* interrupted = quantize.interrupted())
            return quantize.resume(interrupted->id);
        if (!run)
            return begin(session);
        if (!run->evaluation)
            return quantize.evaluate(1);
        m_window.exportController().exportRun(
            1, { m_place / "out.gguf", core::Existing::Replace }, {});
    }

    void begin(app::Session& session)
    {
        session.setCalibration({ m_place / "text.txt", 32, 24 });
        session.setEvaluation({ m_place / "text.txt", 32, 8 });
        session.recipe().replace(
            core::presetRecipe("Q4_0", *session.checkpoint(), core::Method::Gptq),
            QStringLiteral("begin"));
        m_window.quantizeController().quantize();
    }

    /// What is edited while a run goes on is another run: it must not change this one.
    void editMeanwhile()
    {
        m_window.session().usePreset("Q8_0");
        m_window.session().setCalibration({ m_place / "text.txt", 32, 5 });
    }

    MainWindow& m_window;
    fs::path m_place;
};

int beChild(const fs::path& place)
{
    int none = 0;
    QApplication application(none, nullptr);
    widgets::Theme theme(application);
    QSettings settings(
        QString::fromStdString((place / "settings.ini").string()), QSettings::IniFormat);
    MainWindow window(settings, theme, {}, { place, place / "cache", place / "data" });
    window.show();
    const Autopilot pilot(window, place);
    return application.exec();
}

} // namespace

class TestKills : public QObject {
    Q_OBJECT

private slots:
    void theEndIsThatOfAProgramNobodyDisturbed();

private:
    fs::path newPlace(const QString& name) const;
    /// Starts the child; kills it after `milliseconds` (−1: never). Whether it came to its end.
    static bool runChild(const fs::path& place, int milliseconds);
    static core::Json sessionOf(const fs::path& place);

    QTemporaryDir m_folder;
};

fs::path TestKills::newPlace(const QString& name) const
{
    const fs::path place = m_folder.filePath(name).toStdString();
    fs::create_directories(place / "model");
    support::TinyModel tiny;
    tiny.layers = 6;
    support::writeTinyModel(tiny, place / "model");
    std::string words;
    for (int i = 0; i < 1500; ++i)
        words += "word " + std::to_string(i * 7919 % 1000) + (i % 9 ? " " : ".\n");
    support::writeFile(place / "text.txt", words);
    return place;
}

bool TestKills::runChild(const fs::path& place, int milliseconds)
{
    QProcess child;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(placeName, QString::fromStdString(place.string()));
    child.setProcessEnvironment(environment);
    child.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    child.start(QCoreApplication::applicationFilePath(), QStringList());
    if (!child.waitForStarted())
        return false;
    if (child.waitForFinished(milliseconds))
        return child.exitStatus() == QProcess::NormalExit && child.exitCode() == 0;
    ::kill(pid_t(child.processId()), SIGKILL);
    child.waitForFinished();
    return false;
}

/// The one session there is, without what differs from place to place: times, paths, and keys,
/// which name the time of the model's file.
core::Json TestKills::sessionOf(const fs::path& place)
{
    const fs::directory_iterator files(place / "data" / "sessions");
    const core::Json session = core::readJson(files->path());
    core::Json runs = session["runs"];
    for (core::Json& run : runs["list"]) {
        for (const char* key :
            { "seconds", "calibration", "measured_with", "parts", "evaluation_key" })
            run.erase(key);
        for (core::Json& report : run["reports"])
            report.erase("resumed");
    }
    return { { "runs", std::move(runs) }, { "recipe", session["recipe"]["first"] } };
}

void TestKills::theEndIsThatOfAProgramNobodyDisturbed()
{
    const int kills = qEnvironmentVariableIntValue("QUANTSCOPE_KILLS");
    QElapsedTimer clock;
    clock.start();
    const fs::path straight = newPlace("straight");
    QVERIFY(runChild(straight, -1));
    const int whole = int(clock.elapsed());
    const auto expected = QByteArray::fromStdString(core::jsonText(sessionOf(straight), 1));
    const auto bytes = support::readFile(straight / "out.gguf");

    QRandomGenerator random(20261129);
    int killed = 0, ends = 0;
    for (int series = 0; killed < kills; ++series) {
        const fs::path place = newPlace(QString::number(series));
        while (!runChild(place, killed < kills ? random.bounded(whole) : -1))
            ++killed;
        ++ends;
        QVERIFY2(support::readFile(place / "out.gguf") == bytes,
            qPrintable(QString("series %1 ends with other bytes").arg(series)));
        QCOMPARE(QByteArray::fromStdString(core::jsonText(sessionOf(place), 1)), expected);
        for (const auto& file : fs::recursive_directory_iterator(place))
            QVERIFY2(
                !file.path().filename().string().starts_with(".out.gguf"), file.path().c_str());
    }
    qInfo("%d kills, %d ends, an undisturbed run takes %d ms", killed, ends, whole);
}

int main(int argc, char** argv)
{
    const QByteArray place = qgetenv(placeName);
    if (!place.isEmpty())
        return beChild(place.toStdString());
    if (!qEnvironmentVariableIsSet("QUANTSCOPE_KILLS"))
        qputenv("QUANTSCOPE_KILLS", "40");
    const QCoreApplication application(argc, argv);
    TestKills test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_kills.moc"
