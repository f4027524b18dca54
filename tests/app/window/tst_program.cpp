// SPDX-License-Identifier: GPL-3.0-or-later
#include <QProcess>
#include <QTest>

class TestProgram : public QObject {
    Q_OBJECT

private:
    /// Runs the program where there is no display at all.
    static QString outputOf(const QStringList& arguments)
    {
        QProcess program;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        for (const char* name : { "DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM" })
            environment.remove(name);
        environment.insert("LC_ALL", "C");
        program.setProcessEnvironment(environment);
        program.start(QUANTSCOPE_PROGRAM, arguments);
        if (!program.waitForFinished() || program.exitStatus() != QProcess::NormalExit)
            return "crashed";
        return QString::number(program.exitCode()) + ' ' + program.readAllStandardOutput();
    }

private slots:
    void saysWithoutADisplayHowItIsUsed()
    {
        for (const char* option : { "--help", "-h" }) {
            const QString output = outputOf({ option });
            QVERIFY2(output.startsWith("0 Usage:"), qPrintable(output));
            QVERIFY(output.contains("--pictures"));
        }
    }

    void saysWithoutADisplayItsVersion()
    {
        const QString output = outputOf({ "--version" });
        QVERIFY2(output.startsWith("0 quantscope "), qPrintable(output));
    }
};

QTEST_GUILESS_MAIN(TestProgram)
#include "tst_program.moc"
