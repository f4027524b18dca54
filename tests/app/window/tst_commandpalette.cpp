// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/commandpalette.h"

#include <QAbstractItemModelTester>
#include <QLineEdit>
#include <QTest>

using app::Command;
using app::CommandModel;
using app::CommandPalette;
using app::matchScore;

class TestCommandPalette : public QObject {
    Q_OBJECT

private slots:
    void matchesLettersInTheirOrder()
    {
        QVERIFY(matchScore("q4k", "Assign Q4_K") >= 0);
        QVERIFY(matchScore("Q4 K", "Assign Q4_K") >= 0);
        QCOMPARE(matchScore("k4q", "Assign Q4_K"), -1);
        QCOMPARE(matchScore("", "anything"), 0);
    }

    void putsStartsOfWordsFirst()
    {
        QVERIFY(matchScore("mw", "Measure weights") > matchScore("mw", "Show memory row"));
        QVERIFY(matchScore("quant", "Quantize") > matchScore("quant", "Quiet unlikely ant"));
    }

    void listsTheBestMatchFirst()
    {
        CommandModel model;
        const QAbstractItemModelTester tester(
            &model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setCommands(
            { { "Open", {}, {}, [] {} }, { "Quantize", {}, {}, [] {} }, { "Quit", {}, {}, [] {} } },
            {});
        QCOMPARE(model.rowCount(), 3);
        model.setQuery("quit");
        QCOMPARE(model.rowCount(), 1);
        QCOMPARE(model.index(0).data().toString(), "Quit");
        model.setQuery("qui"); // in "Quantize", too, but not in a row
        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(model.index(0).data().toString(), "Quit");
        model.setCommands({ { "Quantize", {}, {}, [] {} }, { "Quit", {}, {}, [] {} } }, { "Quit" });
        QCOMPARE(model.index(0).data().toString(), "Quit"); // used last
    }

    void runsWhatIsChosenAndRefusesWhatIsNotPossible()
    {
        QWidget window;
        window.resize(800, 600);
        window.show();
        CommandPalette palette(&window);
        int quantized = 0;
        int exported = 0;
        palette.present({ { "Quantize", {}, {}, [&quantized] { ++quantized; } },
            { "Export", {}, "no model is open", [&exported] { ++exported; } } });
        auto* query = palette.findChild<QLineEdit*>();
        QTest::keyClicks(query, "exp");
        QTest::keyClick(query, Qt::Key_Return);
        QCOMPARE(exported, 0);
        QVERIFY(palette.isVisible());
        query->clear();
        QTest::keyClicks(query, "quan");
        QTest::keyClick(query, Qt::Key_Return);
        QCOMPARE(quantized, 1);
        QVERIFY(!palette.isVisible());
    }
};

QTEST_MAIN(TestCommandPalette)
#include "tst_commandpalette.moc"
