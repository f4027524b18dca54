// SPDX-License-Identifier: GPL-3.0-or-later
// The program at the limits of its process, and with files that are taken away: always an end in
// words, with exit code 3 or 4, and nothing left behind.
#include "tests/app/cli/cliprogram.h"
#include "tests/support/filebytes.h"
#include "tests/support/tinymodel.h"

#include <QElapsedTimer>
#include <QProcess>
#include <QTest>

#include <csignal>

#include <unistd.h>

namespace fs = std::filesystem;

namespace {

struct Outcome {
    int code = -1; ///< 128 and more: ended by a signal
    QString out;
    QString lastLine; ///< of standard error
};

QString name(const fs::path& path) { return QString::fromStdString(path.string()); }

Outcome outcomeOf(QProcess& process)
{
    if (process.state() != QProcess::NotRunning && !process.waitForFinished(60000)) {
        process.kill();
        process.waitForFinished();
        return { 124, {}, "it hung" };
    }
    const QString error = QString::fromUtf8(process.readAllStandardError()).trimmed();
    return { process.exitStatus() == QProcess::NormalExit ? process.exitCode() : 255,
        QString::fromUtf8(process.readAllStandardOutput()), error.section('\n', -1) };
}

/// Until a finished part lies in `workFolder`, the embedding's first, or the process has ended.
void waitForAPart(QProcess& process, const fs::path& workFolder)
{
    const auto hasPart = [&] {
        std::error_code notYet;
        for (const auto& entry : fs::directory_iterator(workFolder, notYet))
            if (entry.path().extension() == ".item")
                return true;
        return false;
    };
    QElapsedTimer clock;
    clock.start();
    while (!hasPart() && clock.elapsed() < 60000 && !process.waitForFinished(1)) { }
}

/// A tiny model whose rows fit every format, and a text, in one folder.
struct Workplace {
    support::TemporaryFolder folder;
    fs::path model = folder / "model";
    fs::path text = folder / "text.txt";
    fs::path output = folder / "out.gguf";

    Workplace()
    {
        support::TinyModel tiny;
        tiny.hidden = 256;
        tiny.headSize = 64;
        tiny.feedForward = 512;
        fs::create_directory(model);
        support::writeTinyModel(tiny, model);
        std::string words;
        for (int i = 0; i < 2000; ++i)
            words += "word " + std::to_string(i * 7919 % 1000) + (i % 9 ? " " : ".\n");
        support::writeFile(text, words);
    }

    QStringList quantize(const QStringList& how) const
    {
        return QStringList{ "quantize", name(model), "--type", "Q4_K", "-o", name(output) } + how;
    }
    QStringList gptq() const
    {
        return quantize({ "--calibration", name(text), "--ctx", "64", "--sequences", "8" });
    }

    Outcome run(const QStringList& arguments) const
    {
        QProcess process;
        process.start(QUANTSCOPE_CLI, arguments);
        return outcomeOf(process);
    }
    /// Under what `limit`, a shell's command, sets.
    Outcome runUnder(const QString& limit, const QStringList& arguments) const
    {
        QProcess process;
        process.start("/bin/sh",
            QStringList{ "-c", "ulimit -c 0; " + limit + "; exec \"$0\" \"$@\"", QUANTSCOPE_CLI }
                + arguments);
        return outcomeOf(process);
    }
};

#define VERIFY_REFUSED(outcome, words)                                                             \
    do {                                                                                           \
        QVERIFY2((outcome).code == 3, qPrintable((outcome).lastLine));                             \
        QVERIFY2((outcome).lastLine.contains(words), qPrintable((outcome).lastLine));              \
    } while (false)

} // namespace

class TestLimits : public QObject {
    Q_OBJECT

    const cliprogram::OwnHome m_home;

private slots:
    void shortOfAddressesItEndsInWords_data()
    {
        QTest::addColumn<int>("kilobytes");
        for (const int kilobytes : { 60'000, 80'000, 120'000, 250'000, 500'000, 1'000'000 })
            QTest::addRow("%d", kilobytes) << kilobytes;
    }

    void shortOfAddressesItEndsInWords()
    {
#ifdef __SANITIZE_ADDRESS__
        QSKIP("AddressSanitizer needs many terabytes of addresses");
#endif
        QFETCH(int, kilobytes);
        const Workplace place;
        const std::size_t before = place.folder.entries();
        for (const QStringList& arguments : { place.gptq(), place.quantize({ "--overwrite" }),
                 QStringList{ "evaluate", name(place.model), "--text", name(place.text), "--ctx",
                     "64", "--chunks", "4" } }) {
            const Outcome outcome
                = place.runUnder("ulimit -v " + QString::number(kilobytes), arguments);
            QVERIFY2(outcome.code == 0 || outcome.code == 3, qPrintable(outcome.lastLine));
            if (outcome.code == 3)
                QVERIFY2(outcome.lastLine.contains("ot enough memory")
                        || outcome.lastLine.contains("Cannot allocate memory"),
                    qPrintable(outcome.lastLine));
            QCOMPARE(place.folder.entries(), before + (fs::exists(place.output) ? 1 : 0));
        }
    }

    void anotherThreadThatTakesTheAddressesFirstHangsNothing()
    {
#ifdef __SANITIZE_ADDRESS__
        QSKIP("AddressSanitizer needs many terabytes of addresses");
#endif
        const Workplace place;
        for (const int kilobytes : { 230'000, 250'000, 270'000 }) {
            const Outcome outcome = place.runUnder(
                QString("ulimit -v %1; export LD_PRELOAD=%2").arg(kilobytes).arg(SLOW_UNMAP),
                { "evaluate", name(place.model), "--text", name(place.text), "--ctx", "64",
                    "--chunks", "4" });
            QVERIFY2(outcome.code == 0 || outcome.code == 3, qPrintable(outcome.lastLine));
        }
    }

    void withoutFurtherThreadsItWorksOrEndsInWords()
    {
        if (::geteuid() == 0)
            QSKIP("root may start any number of threads");
        const Workplace place;
        for (const char* limit : { "ulimit -u 1", "ulimit -u 2" }) {
            const Outcome outcome = place.runUnder(limit, place.gptq() << "--overwrite");
            QVERIFY2(outcome.code == 0 || outcome.code == 3, qPrintable(outcome.lastLine));
        }
    }

    void aLimitOnTheSizeOfFilesIsAnErrorOfWriting()
    {
        const Workplace place;
        const std::size_t before = place.folder.entries();
        const Outcome outcome = place.runUnder("ulimit -f 100", place.quantize({}));
        VERIFY_REFUSED(outcome, "File too large");
        QCOMPARE(place.folder.entries(), before);
    }

    void replacesAFileOnlyWhenToldTo()
    {
        const Workplace place;
        support::writeFile(place.output, "keep me");
        const Outcome outcome = place.run(place.gptq());
        VERIFY_REFUSED(outcome, "out.gguf: exists already");
        QCOMPARE(support::readFile(place.output), std::string("keep me"));
        QCOMPARE(place.run(place.quantize({ "--dry-run" })).code, 0);
        QCOMPARE(place.run(place.quantize({ "--overwrite" })).code, 0);
        QVERIFY(support::readFile(place.output).starts_with("GGUF"));
    }

    void neverReplacesWhatItReads_data()
    {
        QTest::addColumn<QString>("target");
        QTest::addColumn<QString>("words");
        const QString own = "is one of the model's own files";
        for (const char* file : { "model.safetensors", "config.json", "tokenizer.json" })
            QTest::newRow(file) << QString("model/%1").arg(file) << own;
        QTest::newRow("a symbolic link") << "link.gguf" << own;
        QTest::newRow("a hard link") << "hard.gguf" << own;
        QTest::newRow("the text") << "text.txt"
                                  << "is the calibration text";
        QTest::newRow("the text it is measured by") << "other.txt"
                                                    << "is the evaluation text";
        QTest::newRow("the recipe") << "recipe.json"
                                    << "is the recipe";
    }

    void neverReplacesWhatItReads()
    {
        QFETCH(QString, target);
        QFETCH(QString, words);
        const Workplace place;
        fs::create_symlink("model/model.safetensors", place.folder / "link.gguf");
        fs::create_hard_link(place.model / "model.safetensors", place.folder / "hard.gguf");
        fs::copy_file(place.text, place.folder / "other.txt");
        support::writeFile(
            place.folder / "recipe.json", R"({"name": "r", "format": "Q4_K", "method": "gptq"})");
        const fs::path file = place.folder / target.toStdString();
        const std::string old = support::readFile(file);
        const Outcome outcome = place.run({ "quantize", name(place.model), "--recipe",
            name(place.folder / "recipe.json"), "--calibration", name(place.text), "--ctx", "64",
            "--sequences", "8", "--evaluate", name(place.folder / "other.txt"), "--chunks", "4",
            "--overwrite", "-o", name(file) });
        VERIFY_REFUSED(outcome, words);
        QVERIFY(support::readFile(file) == old);
    }

    void aModelThatIsTakenAwayGivesASentence_data()
    {
        QTest::addColumn<QString>("how");
        QTest::addColumn<QString>("words");
        QTest::newRow("cut short") << "cut"
                                   << "was ";
        QTest::newRow("changed") << "change"
                                 << "was changed while it was open";
        QTest::newRow("moved away") << "move"
                                    << "is no longer there";
    }

    void aModelThatIsTakenAwayGivesASentence()
    {
        QFETCH(QString, how);
        QFETCH(QString, words);
        const Workplace place;
        const fs::path weights = place.model / "model.safetensors";
        QProcess process; // the embedding's part appears long before the layers are done
        process.start(
            QUANTSCOPE_CLI, place.gptq() << "--work-folder" << name(place.folder / "work"));
        waitForAPart(process, place.folder / "work");
        ::kill(pid_t(process.processId()), SIGSTOP);
        if (how == "cut")
            fs::resize_file(weights, 5000);
        else if (how == "move")
            fs::rename(weights, place.folder / "elsewhere");
        else
            support::writeFile(weights, support::readFile(weights));
        ::kill(pid_t(process.processId()), SIGCONT);
        const Outcome outcome = outcomeOf(process);
        VERIFY_REFUSED(outcome, words);
        QVERIFY(!fs::exists(place.output));
    }

    void aSecondInterruptEndsAtOnce()
    {
        const Workplace place;
        const std::size_t before = place.folder.entries();
        QProcess process;
        process.start(
            QUANTSCOPE_CLI, place.gptq() << "--work-folder" << name(place.folder / "work"));
        waitForAPart(process, place.folder / "work");
        const auto send = [&](int signal) { ::kill(pid_t(process.processId()), signal); };
        send(SIGSTOP); // both are there when it goes on: the first has no time to cancel anything
        send(SIGINT);
        send(SIGTERM);
        send(SIGCONT);
        const Outcome outcome = outcomeOf(process);
        QVERIFY2(outcome.code == 4, qPrintable(outcome.lastLine));
        QCOMPARE(outcome.lastLine, QString("Ended at once; no half-written file is left."));
        QCOMPARE(place.folder.entries(), before + 1);
        for (const auto& entry : fs::directory_iterator(place.folder / "work"))
            QVERIFY2(entry.path().filename().string().front() != '.', entry.path().c_str());
    }
};

QTEST_GUILESS_MAIN(TestLimits)
#include "tst_limits.moc"
