// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDir>
#include <QImage>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

/// Runs the program itself: QUANTSCOPE_PROGRAM.
class TestPictures : public QObject {
    Q_OBJECT

private:
    struct Ended {
        int code;
        QString output, error;
    };
    static Ended run(const QStringList& arguments)
    {
        QProcess process;
        process.start(QStringLiteral(QUANTSCOPE_PROGRAM), arguments);
        process.waitForFinished(-1);
        return { process.exitCode(), QString::fromUtf8(process.readAllStandardOutput()),
            QString::fromUtf8(process.readAllStandardError()) };
    }

private slots:
    void writesEveryPageLightAndDarkAtBothScales()
    {
        const QTemporaryDir folder;
        const Ended ended = run({ "--pictures", folder.path() });
        QVERIFY2(ended.code == 0, qPrintable(ended.error));
        for (const char* page : { "0-start", "1-model", "2-weights", "3-activations", "4-precision",
                 "5-quantize", "6-compare", "7-export" }) {
            for (const char* scale : { "", "-200" }) {
                QImage light(folder.filePath(QStringLiteral("%1%2.png").arg(page, scale)));
                QImage dark(folder.filePath(QStringLiteral("%1-dark%2.png").arg(page, scale)));
                QCOMPARE(light.size(), QSize(1440, 900));
                QCOMPARE(dark.size(), QSize(1440, 900));
                const QPoint bar(1430, 895); // the balance bar's free corner
                QVERIFY(light.pixelColor(bar).lightness() > 200);
                QVERIFY(dark.pixelColor(bar).lightness() < 60);
            }
        }
        QCOMPARE(QDir(folder.path()).entryList(QDir::Files).size(), 32);
    }

    void saysWhichModelCannotBeOpened()
    {
        const QTemporaryDir folder;
        const Ended ended = run({ "--pictures", folder.path(), folder.filePath("no-such-model") });
        QCOMPARE(ended.code, 3);
        QVERIFY2(ended.error.contains("no-such-model"), qPrintable(ended.error));
    }

    void explainsItsArguments()
    {
        const Ended help = run({ "--help", "-platform", "offscreen" });
        QCOMPARE(help.code, 0);
        QVERIFY(help.output.contains("--pictures"));
        QVERIFY(!help.output.contains("--pictures-work"));
        QCOMPARE(run({ "--no-such-option", "-platform", "offscreen" }).code, 2);
        QCOMPARE(run({ "a", "b", "-platform", "offscreen" }).code, 2);
        QVERIFY(run({ "--version", "-platform", "offscreen" }).output.contains("quantscope"));
    }
};

QTEST_GUILESS_MAIN(TestPictures)
#include "tst_pictures.moc"
