// SPDX-License-Identifier: GPL-3.0-or-later
// A run that is killed, not asked to stop: the next one goes on where it was.
#include "core/files/json.h"
#include "tests/app/cli/cliprogram.h"
#include "tests/support/filebytes.h"
#include "tests/support/tinymodel.h"

#include <QElapsedTimer>
#include <QProcess>
#include <QTest>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <csignal>

namespace {

QString name(const std::filesystem::path& path) { return QString::fromStdString(path.string()); }

/// A model of several layers and a text, in one folder.
struct Workplace {
    support::TemporaryFolder folder;

    Workplace()
    {
        support::TinyModel tiny;
        tiny.hidden = 256;
        tiny.headSize = 64;
        tiny.feedForward = 256;
        tiny.layers = 4;
        std::filesystem::create_directory(folder / "model");
        support::writeTinyModel(tiny, folder / "model");
        std::string words;
        for (int i = 0; i < 4000; ++i)
            words += "word " + std::to_string(i * 7919 % 1000) + (i % 9 ? " " : ".\n");
        support::writeFile(folder / "text.txt", words);
    }

    /// Every ingredient of GPTQ is on.
    QStringList quantize(const char* output, const char* workFolder) const
    {
        return { "quantize", name(folder / "model"), "--type", "Q4_K", "--method", "gptq",
            "--calibration", name(folder / "text.txt"), "--ctx", "64", "--sequences", "32",
            "--weigh-tokens", "--order-neurons", "--refit-norms", "--sweeps", "1", "--work-folder",
            name(folder / workFolder), "--json", "-o", name(folder / output) };
    }
};

} // namespace

class TestResume : public QObject {
    Q_OBJECT

    const cliprogram::OwnHome m_home;

private slots:
    void aKilledRunContinuesToTheSameBytes();
};

void TestResume::aKilledRunContinuesToTheSameBytes()
{
    const Workplace place;
    QProcess straight;
    straight.start(QUANTSCOPE_CLI, place.quantize("straight.gguf", "work-straight"));
    QVERIFY(straight.waitForFinished(300000));
    QVERIFY2(straight.exitCode() == 0, straight.readAllStandardError().constData());

    QProcess killed;
    killed.start(QUANTSCOPE_CLI, place.quantize("out.gguf", "work"));
    QVERIFY(killed.waitForStarted());
    QElapsedTimer clock;
    clock.start();
    const auto partsDone = [&place] {
        std::error_code none; // the folder is made by the program
        const std::filesystem::directory_iterator files(place.folder / "work", none);
        return std::count_if(begin(files), end(files),
            [](const auto& file) { return file.path().extension() == ".item"; });
    };
    const int some = 3; // embedding and two layers
    while (partsDone() < some && clock.elapsed() < 300000 && !killed.waitForFinished(1)) { }
    QVERIFY(partsDone() >= some);
    ::kill(pid_t(killed.processId()), SIGKILL);
    QVERIFY(killed.waitForFinished());
    QCOMPARE(killed.exitStatus(), QProcess::CrashExit);
    QVERIFY(!std::filesystem::exists(place.folder / "out.gguf"));

    QProcess second;
    second.start(QUANTSCOPE_CLI, place.quantize("out.gguf", "work"));
    QVERIFY(second.waitForFinished(300000));
    QVERIFY2(second.exitCode() == 0, second.readAllStandardError().constData());
    const core::Json json
        = core::parseJson(second.readAllStandardOutput().toStdString(), "standard output");
    const auto resumed = std::ranges::count_if(
        json["tensors"], [](const core::Json& tensor) { return tensor["resumed"].get<bool>(); });
    QVERIFY2(resumed >= 14 && resumed < 28, qPrintable(QString::number(resumed)));
    QVERIFY(support::readFile(place.folder / "out.gguf")
        == support::readFile(place.folder / "straight.gguf"));
}

QTEST_GUILESS_MAIN(TestResume)
#include "tst_resume.moc"
