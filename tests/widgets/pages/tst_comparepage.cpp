// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/compare/comparepage.h"

#include "pagetest.h"
#include "tests/widgets/pictures.h"
#include "tests/widgets/sampleruns.h"
#include "widgets/facts.h"
#include "widgets/pages/compare/detailcard.h"
#include "widgets/pages/compare/runtable.h"
#include "widgets/pages/compare/simulationdialog.h"
#include "widgets/pages/compare/textpanel.h"
#include "widgets/pages/compare/worstpanel.h"
#include "widgets/plots/driftplot.h"
#include "widgets/plots/sizelossplot.h"

#include <QtGui/QClipboard>
#include <QtGui/QGuiApplication>
#include <QtTest/QtTest>
#include <QtWidgets/QApplication>
#include <QtWidgets/QHeaderView>
#include <QtWidgets/QLabel>
#include <QtWidgets/QLineEdit>
#include <QtWidgets/QMenu>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QTableWidget>
#include <QtWidgets/QTextEdit>

using namespace widgets;

namespace {

QString plain(QString text) { return text.replace(QChar(0xA0), ' '); }

QPushButton* button(QWidget& page, const QString& text)
{
    for (QPushButton* one : page.findChildren<QPushButton*>())
        if (one->text() == text && one->isVisible())
            return one;
    return nullptr;
}

/// The page with the sample's runs, 5 pinned as A and 6 as B.
struct Shown {
    ComparePage page;
    explicit Shown(std::vector<RunRow> runs = sampleRuns())
    {
        page.setEvaluationText("evaluation.txt, 267 chunks of 256 tokens", 4.2);
        page.setRuns(runs, 5, 6);
        settle(page, { 927, 760 });
    }
    RunTable* table() { return page.findChild<RunTable*>(); }
    QString cell(int row, int column) { return plain(table()->item(row, column)->text()); }
};

} // namespace

class ComparePageTest : public PageTest {
    Q_OBJECT

private slots:
    void comparesThePinnedRuns()
    {
        Shown shown;
        QCOMPARE(plain(shown.page.answer()),
            "B has the size of A and loses 29.0 % less: KLD 0.00456 ± 0.00004 against 0.00642 ± "
            "0.00005. In words: A slightly worse, B as good as the original.");
        takePictures(shown.page, theme(), "compare");
    }

    void saysHowMuchSmallerAndHowMuchMoreIsLost()
    {
        Shown shown;
        shown.page.setRuns(sampleRuns(), 6, 4);
        QCOMPARE(plain(shown.page.answer()),
            "B is 12.8 % smaller than A and loses 2.57× as much: KLD 0.0117 ± 0.0001 against "
            "0.00456 ± 0.00004. In words: A as good as the original, B slightly worse.");
        shown.page.setRuns(sampleRuns(), 4, 6);
        QVERIFY(plain(shown.page.answer()).startsWith("B is 14.7 % larger than A and loses"));
        shown.page.setRuns(sampleRuns(), 0, 6);
        QVERIFY(plain(shown.page.answer()).startsWith("Q4_K_M, GPTQ loses KLD 0.00456 ± 0.00004"));
    }

    void saysLessOnlyWhereTheErrorAllowsIt()
    {
        std::vector<RunRow> runs = sampleRuns();
        core::Comparison& lost = *runs[6].evaluation->against;
        lost.kldMean = 0.0064;
        lost.kldError = 0.0001; // run 5 has 0.00642 ± 0.00005
        Shown shown(runs);
        QVERIFY2(
            plain(shown.page.answer())
                .startsWith("B has the size of A; this text shows no difference in what they lose"),
            qPrintable(shown.page.answer()));
        const auto positions = [](float offset) {
            std::vector<float> values;
            for (int i = 0; i < 1000; ++i)
                values.push_back(float(i % 7) * 0.002f + offset + (i % 2 ? 1e-5f : -1e-5f));
            return std::make_shared<const std::vector<float>>(values);
        };
        lost.divergences = positions(0);
        runs[5].evaluation->against->divergences = positions(2e-5f);
        shown.page.setRuns(runs, 5, 6); // pairs tell what the two errors together cannot
        QVERIFY2(plain(shown.page.answer()).contains("loses 0.4 % less"),
            qPrintable(shown.page.answer()));
        QVERIFY2(plain(shown.page.answer())
                     .endsWith("At the same positions they differ by "
                               "−0.0000200 ± 0.0000000."),
            qPrintable(shown.page.answer()));
    }

    void doesNotCompareWhatWasMeasuredDifferently()
    {
        std::vector<RunRow> runs = sampleRuns();
        runs[5].evaluationText = "another.txt, 20 chunks of 256 tokens";
        Shown shown(runs);
        QVERIFY(shown.page.answer().startsWith("A and B were measured on different texts"));
        runs[5].evaluationText = runs[6].evaluationText;
        runs[6].stale = true;
        shown.page.setRuns(runs, 5, 6);
        QVERIFY(shown.page.answer().startsWith("A and B were measured on different texts"));
    }

    void offersTheFirstMeasurement()
    {
        ComparePage page;
        page.setRuns({ sampleRuns()[0] }, 0, 0);
        page.setEvaluationText("evaluation.txt, 267 chunks of 256 tokens", 25);
        settle(page, { 927, 760 });
        QSignalSpy measure(&page, &ComparePage::measureRequested);
        QTest::mouseClick(button(page, "Quantize and measure the current recipe"), Qt::LeftButton);
        QCOMPARE(measure.size(), 1);
        QCOMPARE(measure[0][0].toInt(), 0);
        QVERIFY(!page.findChild<RunTable*>()->isVisible());
        takePictures(page, theme(), "compare-empty");
    }

    void theArithmeticIsChosenInADialog()
    {
        Shown shown;
        core::SimulationOptions options;
        options.arithmetic = core::SimulationOptions::Arithmetic::AsLlama;
        shown.page.setSimulation(options);
        core::SimulationOptions chosen;
        connect(&shown.page, &ComparePage::simulationChosen, &shown.page,
            [&](const core::SimulationOptions& simulation) { chosen = simulation; });
        QTest::mouseClick(button(shown.page, "Arithmetic..."), Qt::LeftButton);
        auto* dialog = shown.page.findChild<SimulationDialog*>();
        QVERIFY(dialog && dialog->isVisible());
        QVERIFY(dialog->options() == options);
        dialog->accept();
        QVERIFY(chosen == options);
        shown.page.setLocked(true);
        QVERIFY(!button(shown.page, "Arithmetic...")->isEnabled());
    }

    void everyRunIsARowWithItsErrors()
    {
        Shown shown;
        QCOMPARE(shown.table()->rowCount(), 8);
        QCOMPARE(shown.cell(0, 6), "40.96 ± 0.61");
        QCOMPARE(shown.cell(6, 0), "B");
        QCOMPARE(shown.cell(5, 0), "A");
        QCOMPARE(shown.cell(6, 1), "Q4_K_M");
        QCOMPARE(shown.cell(6, 7), "4.56 ± 0.04");
        QCOMPARE(shown.cell(6, 8), "54.72");
        QCOMPARE(shown.cell(6, 9), "94.9 %");
    }

    void theRunThatBecomesBIsTheCurrentOne()
    {
        ComparePage page;
        std::vector<RunRow> runs = sampleRuns();
        page.setRuns({ runs.begin(), runs.begin() + 2 }, 0, 1);
        auto* table = page.findChild<RunTable*>();
        QCOMPARE(table->currentRow(), 1);
        page.setRuns(runs, 5, 6);
        QCOMPARE(table->currentRow(), 6);
        table->setCurrentCell(2, 1);
        page.setRuns(runs, 5, 6); // one was measured: the user stays where they are
        QCOMPARE(table->currentRow(), 2);
    }

    void theRecipeKeepsItsRoomOnANarrowPage()
    {
        Shown shown;
        for (const int width : { 380, 927, 380 }) {
            settle(shown.page, { width, 760 });
            const QHeaderView* header = shown.table()->horizontalHeader();
            constexpr int recipe = 1;
            QVERIFY2(header->sectionSize(recipe) >= header->sectionSizeHint(recipe),
                qPrintable(QString::number(header->sectionSize(recipe))));
        }
    }

    void keysAndClicksPin()
    {
        Shown shown;
        QSignalSpy a(&shown.page, &ComparePage::pinARequested);
        QSignalSpy b(&shown.page, &ComparePage::pinBRequested);
        shown.table()->setCurrentCell(3, 1);
        QTest::keyClick(shown.table(), Qt::Key_A);
        QTest::keyClick(shown.table(), Qt::Key_B);
        QCOMPARE(a.size(), 1);
        QCOMPARE(a[0][0].toInt(), 3);
        QCOMPARE(b[0][0].toInt(), 3);
        const QPoint pin = shown.table()->visualItemRect(shown.table()->item(2, 0)).center();
        QTest::mouseClick(shown.table()->viewport(), Qt::LeftButton, {}, pin);
        QCOMPARE(b[1][0].toInt(), 2);
        emit shown.page.findChild<SizeLossPlot*>()->runChosen(7);
        QCOMPARE(b[2][0].toInt(), 7);
    }

    void theOriginalIsNeitherPinnedNorRemoved()
    {
        Shown shown;
        QSignalSpy a(&shown.page, &ComparePage::pinARequested);
        QSignalSpy removed(&shown.page, &ComparePage::removeRequested);
        shown.table()->setCurrentCell(0, 1);
        QTest::keyClick(shown.table(), Qt::Key_A);
        QTest::keyClick(shown.table(), Qt::Key_Delete);
        QCOMPARE(a.size() + removed.size(), 0);
        shown.table()->setCurrentCell(1, 1);
        QTest::keyClick(shown.table(), Qt::Key_Delete);
        QCOMPARE(removed.size(), 1);
    }

    void measuresTheRunOfTheRow()
    {
        Shown shown;
        QSignalSpy measure(&shown.page, &ComparePage::measureRequested);
        shown.table()->setCurrentCell(2, 1);
        QTest::mouseClick(button(shown.page, "Measure again"), Qt::LeftButton);
        QCOMPARE(measure.size(), 1);
        QCOMPARE(measure[0][0].toInt(), 2);
        shown.page.setLocked(true);
        QVERIFY(!button(shown.page, "Measure again")->isEnabled());
    }

    void aRunThatIsNotMeasuredHasDashes()
    {
        std::vector<RunRow> runs = sampleRuns();
        runs[3].evaluation.reset();
        Shown shown(runs);
        QCOMPARE(shown.cell(3, 7), "—");
        shown.table()->setCurrentCell(3, 1);
        QVERIFY(button(shown.page, "Measure run"));
        shown.page.setRuns(runs, 0, 3);
        QCOMPARE(shown.page.answer(), "The pinned runs are not measured yet.");
    }

    void staleNumbersEnterNoAnswerAndNoPlot()
    {
        std::vector<RunRow> runs = sampleRuns();
        runs[5].stale = true;
        Shown shown(runs);
        QVERIFY(!shown.page.answer().contains("0.00642"));
        QCOMPARE(shown.page.findChild<SizeLossPlot*>()->table().rows.size(), std::size_t(6));
        QCOMPARE(shown.page.findChild<DriftPlot*>()->table().headers,
            (QStringList{ "depth", "B", "B ±" }));
        QCOMPARE(shown.table()->item(5, 7)->toolTip(), "Measured with other settings");
        takePictures(shown.page, theme(), "compare-stale");
    }

    void copiesTheTable()
    {
        Shown shown;
        QTest::mouseClick(button(shown.page, "Copy table"), Qt::LeftButton);
        const QStringList lines = QGuiApplication::clipboard()->text().split('\n');
        QCOMPARE(lines.size(), 9);
        QVERIFY(lines[0].startsWith("Pin\tRecipe\tMethod\tSize"));
    }

    void anAddedFileHasNoRecipeAndSaysWhatBecameOfIt()
    {
        std::vector<RunRow> runs = sampleRuns();
        runs[6].title = "model-Q4_K_M";
        runs[6].method = "file";
        runs[6].isFile = true;
        runs[6].path = "/models/model-Q4_K_M.gguf";
        runs[6].warning = "The file is no longer there.";
        Shown shown(runs);
        QVERIFY(shown.table()->item(6, 1)->toolTip().startsWith("/models/model-Q4_K_M.gguf"));
        QVERIFY(!shown.table()->item(6, 1)->icon().isNull());
        shown.page.setRuns(runs, 0, 6);
        QVERIFY(shown.page.answer().startsWith("model-Q4_K_M loses KLD"));
        QSignalSpy add(&shown.page, &ComparePage::addFileRequested);
        emit button(shown.page, "Add a file...")->clicked();
        QCOMPARE(add.size(), 1);
        takePictures(shown.page, theme(), "compare-file");
    }

    void textsStandSideBySideWithTheirDifferences()
    {
        Shown shown;
        TextPanel* panel = shown.page.details()->text();
        panel->proposePrompt("We have the smallest Government in");
        panel->setColumns({ TextColumn{ "", "Original", "", { { " years" }, { "." } } },
            TextColumn{ "A", "Q4_K_M", "differs from token 2", { { " years" }, { ",", true } }, 1 },
            TextColumn{ "B", "Q4_K_M, GPTQ", "the same text", { { " years" }, { "." } } } });
        const auto views = panel->findChildren<QTextEdit*>();
        QCOMPARE(views.size(), 3);
        QCOMPARE(views[1]->toPlainText(), " years,");
        QTextCursor cursor(views[1]->document());
        cursor.setPosition(3);
        QVERIFY(cursor.charFormat().background().style() == Qt::NoBrush);
        cursor.setPosition(7);
        QCOMPARE(cursor.charFormat().background().color(), lightTokens().highlight);
        QSignalSpy write(panel, &TextPanel::writeRequested);
        QSignalSpy stop(panel, &TextPanel::stopRequested);
        emit button(shown.page, "Generate")->clicked();
        panel->setRunning(true);
        emit button(shown.page, "Stop")->clicked();
        QCOMPARE(write.size(), 1);
        QCOMPARE(stop.size(), 1);
        panel->setRunning(false);
        panel->setWhyNot("layer 0 has a delta net");
        QVERIFY(!button(shown.page, "Generate")->isEnabled());
        QCOMPARE(button(shown.page, "Generate")->toolTip(), "layer 0 has a delta net");
        const auto labels = panel->findChildren<QLabel*>();
        QVERIFY(std::ranges::find(labels, QString("layer 0 has a delta net"), &QLabel::text)
            != labels.end()); // without pointing at anything
        takePictures(shown.page, theme(), "compare-text");
    }

    void theUsersPromptStays()
    {
        Shown shown;
        TextPanel* panel = shown.page.details()->text();
        const auto fields = shown.page.findChildren<QLineEdit*>();
        auto* prompt = *std::ranges::find(fields, QString("Text to continue"),
            [](const QLineEdit* field) { return field->placeholderText(); });
        panel->proposePrompt("from the text");
        QCOMPARE(panel->choice().prompt, "from the text");
        prompt->clear();
        QTest::keyClicks(prompt, "mine");
        panel->proposePrompt("from another text");
        QCOMPARE(panel->choice().prompt, "mine");
        QCOMPARE(panel->choice().temperature, 0.0); // greedy
    }

    void theWorstTokensAreShownOfAOrB()
    {
        Shown shown;
        DetailCard* details = shown.page.details();
        details->worst()->setTexts({ std::vector<WorstText>{},
            std::vector<WorstText>{ { 3.25, 0.5, "people of ", "Iraq", " are", "the 41 %, a 12 %",
                "our 60 %", "the original gives 3 %" } } });
        details->showView(DetailCard::Worst);
        auto* table = details->worst()->findChild<QTableWidget*>();
        QCOMPARE(table->rowCount(), 1);
        QCOMPARE(table->item(0, 2)->text(), "Iraq");
        QCOMPARE(table->item(0, 1)->text(), "0.500");
        QCOMPARE(table->horizontalHeaderItem(4)->text(), "B expects");
        takePictures(shown.page, theme(), "compare-worst");
    }

    void allFiguresOfTheRowAreOneClickAway()
    {
        Shown shown;
        shown.page.details()->showView(DetailCard::Figures);
        const auto& facts = shown.page.findChild<FactStrip*>()->facts();
        const auto found = std::ranges::find(
            facts, QString("KLD 99.9 %"), [](const Fact& f) { return f.label; });
        QVERIFY(found != facts.end());
        QCOMPARE(found->value, "0.0547");
    }

    void driftNamesItsDepths()
    {
        Shown shown;
        const PlotTable table = shown.page.findChild<DriftPlot*>()->table();
        QCOMPARE(table.rows.size(), std::size_t(9));
        QCOMPARE(table.rows[0][0], "emb");
        QCOMPARE(table.rows[8][0], "3f");
    }
};

QTEST_MAIN(ComparePageTest)
#include "tst_comparepage.moc"
