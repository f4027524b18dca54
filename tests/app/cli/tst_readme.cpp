// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli/cliprogram.h"
#include "tests/support/filebytes.h"

#include <QFileInfo>
#include <QProcess>
#include <QTest>

namespace {

/// The lines of the first block of code after `heading` in README.md.
QStringList blockAfter(const QString& heading)
{
    const QString readme
        = QString::fromStdString(support::readFile(QUANTSCOPE_SOURCE_DIR "/README.md"));
    const qsizetype start = readme.indexOf("```\n", readme.indexOf(heading)) + 4;
    return readme.mid(start, readme.indexOf("```", start) - start).split('\n', Qt::SkipEmptyParts);
}

} // namespace

/// The README's command line, as it stands there, on the bundled sample.
class TestReadme : public QObject {
    Q_OBJECT

    const cliprogram::OwnHome m_home;

private slots:
    void commandsDoWhatTheySay_data()
    {
        QTest::addColumn<QString>("command");
        for (const QString& line : blockAfter("## The command line in ten lines"))
            if (line.startsWith("quantscope-cli"))
                QTest::newRow(qPrintable(line.section('#', 0, 0).trimmed())) << line;
    }

    void commandsDoWhatTheySay()
    {
        QFETCH(QString, command);
        QProcess bash;
        bash.setWorkingDirectory(QString::fromStdString(m_folder.path().string()));
        auto environment = QProcessEnvironment::systemEnvironment();
        environment.insert(
            "PATH", QFileInfo(QUANTSCOPE_CLI).absolutePath() + ":" + environment.value("PATH"));
        environment.insert("S", "resources/sample");
        bash.setProcessEnvironment(environment);
        bash.start("bash", { "-c", command });
        QVERIFY(bash.waitForFinished(-1)); // the test's own limit stops it
        const QByteArray errors = bash.readAllStandardError();
        QVERIFY2(bash.exitCode() == 0, errors.constData());
        QVERIFY2(bash.readAllStandardOutput().size() > 40, errors.constData());
    }

    void initTestCase()
    {
        std::filesystem::create_directory_symlink(
            QUANTSCOPE_SOURCE_DIR "/resources", m_folder / "resources");
    }

    void cleanupTestCase()
    {
        for (const char* file : { "sample-Q4_K.gguf", "careful.gguf" })
            QVERIFY(std::filesystem::file_size(m_folder / file) > 1'000'000);
    }

private:
    support::TemporaryFolder m_folder;
};

QTEST_GUILESS_MAIN(TestReadme)
#include "tst_readme.moc"
