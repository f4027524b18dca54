// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantizepagetest.h"
#include "tests/support/llamaroles.h"
#include "widgets/format.h"
#include "widgets/messagebar.h"
#include "widgets/pages/quantize/methodchooser.h"
#include "widgets/pages/quantize/runprogress.h"
#include "widgets/plots/dumbbellplot.h"

#include <QtTest/QtTest>

using namespace quantizepage;

class QuantizeRunTest : public PageTest {
    Q_OBJECT

private slots:
    void showsTheRunAsItGoes()
    {
        Shown shown;
        QSignalSpy cancelled(&shown.page, &QuantizePage::cancelRequested);
        shown.run(17);
        QVERIFY2(shown.page.answer().startsWith(
                     "GPTQ on “Q3_K_M”. So far its output error on 16 held-out sequences is "),
            qPrintable(shown.page.answer()));
        QVERIFY(shown.page.answer().endsWith("below importance-weighted rounding."));
        QCOMPARE(shown.cells()->state(16), CellState::Done);
        QCOMPARE(shown.cells()->state(17), CellState::Rounding);
        QCOMPARE(shown.cells()->state(18), CellState::Waiting);
        QVERIFY(shows(shown.page, "11.9 s elapsed · 8.3 s left"));
        QVERIFY(shows(shown.page, "for the next run")); // it has its own recipe and settings
        QVERIFY(shown.page.findChild<MethodChooser*>()->isEnabled());
        QVERIFY(button(shown.page, "Line up")->isEnabled());
        shown.settings.treatment.method = core::Method::RoundToNearest;
        shown.page.setSettings(shown.settings);
        QVERIFY2(shown.page.answer().startsWith("GPTQ on “Q3_K_M”."),
            qPrintable(shown.page.answer())); // still of the run
        QTest::mouseClick(button(shown.page, "Cancel"), Qt::LeftButton);
        QCOMPARE(cancelled.size(), 1);
        takePictures(shown.page, theme(), "quantize-running");
    }

    void theMeanCountsOnlyWhatTheMethodRounded()
    {
        Shown shown;
        core::TensorReport kept = sampleReports()[0];
        kept.method = core::Method::Importance;
        kept.outputError = kept.importanceError;
        core::TensorReport half = sampleReports()[1];
        half.outputError = half.importanceError / 2;
        shown.page.setState(QuantizePage::State::Running);
        shown.page.addReport(kept);
        shown.page.addReport(half);
        QVERIFY(shown.page.answer().contains("50.0"));
        const auto* cells = shown.page.findChild<TensorCellStrip*>();
        QVERIFY(cells->description(1).contains(
            QString("by %1\nOutput error").arg(treatmentText({ half.method, half.scaling }))));
        QVERIFY(cells->description(1).contains(
            ", by importance-weighted rounding " + percentText(half.importanceError)));
        QVERIFY(!cells->description(2).contains('\n')); // not rounded yet
    }

    void everyErrorSaysWhatItWasMeasuredOn()
    {
        Shown shown;
        shown.page.setState(QuantizePage::State::Running);
        const auto* cells = shown.page.findChild<TensorCellStrip*>();
        const auto* plot = shown.page.findChild<DumbbellPlot*>();
        core::TensorReport report = sampleReports()[0];
        const QString error = percentText(report.outputError);
        report.judgedOn = core::JudgedOn::Weights;
        report.method = core::Method::RoundToNearest;
        report.heldSequences = 0;
        shown.page.addReport(report);
        QVERIFY(cells->description(0).contains("Weight error " + error + ", without a text"));
        QCOMPARE(plot->name(), QString("Weight error by tensor, without a text"));
        report.judgedOn = core::JudgedOn::CalibrationText;
        report.method = core::Method::Gptq;
        shown.page.addReport(report);
        QVERIFY(cells->description(0).contains(error + " on the calibration text"));
        QCOMPARE(plot->name(), QString("Output error by tensor, on the calibration text"));
        QVERIFY(shown.page.answer().contains("its output error on the calibration text is"));
        core::TensorReport held = sampleReports()[1]; // the mean and the plot take one kind only
        held.outputError = held.importanceError / 2;
        shown.page.addReport(held);
        QVERIFY(cells->description(1).contains(" on 16 held-out sequences, by importance"));
        QCOMPARE(plot->name(), QString("Output error by tensor, on 16 held-out sequences"));
        QVERIFY(shown.page.answer().contains("on 16 held-out sequences is 50.0"));
    }

    void aCancelledRunSaysWhatIsKeptAndResumes()
    {
        Shown shown;
        QSignalSpy started(&shown.page, &QuantizePage::quantizeRequested);
        QSignalSpy resumed(&shown.page, &QuantizePage::resumeRequested);
        QSignalSpy discarded(&shown.page, &QuantizePage::discardRequested);
        shown.run(17);
        shown.page.setState(
            QuantizePage::State::Cancelled, "2 of 4 layers are kept; resuming starts at layer 2.");
        settle(shown.page, { 927, 760 });
        QVERIFY(shows(shown.page, "2 of 4 layers are kept"));
        QVERIFY(shown.page.findChild<MethodChooser*>()->isEnabled());
        QTest::mouseClick(button(shown.page, "Resume"), Qt::LeftButton);
        QCOMPARE(resumed.size(), 1);
        QTest::mouseClick(button(shown.page, "Discard"), Qt::LeftButton);
        QCOMPARE(discarded.size(), 1);
        QCOMPARE(started.size(), 0); // what is edited is another run
        QTest::mouseClick(button(shown.page, "Quantize"), Qt::LeftButton);
        QCOMPARE(started.size(), 1);
        takePictures(shown.page, theme(), "quantize-cancelled");
    }

    void aFailedRunSaysWhyAndMarksTheTensor()
    {
        Shown shown;
        shown.run(17);
        shown.page.setState(QuantizePage::State::Failed,
            "Cannot keep layer 2 in “/cache/quantscope”: 1.2 MB are free, 5.5 MB are needed.");
        settle(shown.page, { 927, 760 });
        QCOMPARE(shown.cells()->state(17), CellState::Failed);
        QVERIFY(shown.page.message()->text().contains("5.5 MB are needed"));
        takePictures(shown.page, theme(), "quantize-failed");
    }

    void aFinishedRunSaysWhatItGained()
    {
        Shown shown;
        shown.run(28);
        shown.page.setState(QuantizePage::State::Finished);
        QVERIFY2(shown.page.answer().startsWith(
                     "GPTQ on “Q3_K_M”: its output error on 16 held-out sequences is"),
            qPrintable(shown.page.answer()));
        QVERIFY(shows(shown.page, "Finished"));
        QVERIFY(button(shown.page, "Quantize"));
        takePictures(shown.page, theme(), "quantize-finished");
    }

    void aClickOnACellSelectsItsTensor()
    {
        Shown shown;
        QSignalSpy selected(&shown.page, &QuantizePage::placesSelected);
        emit shown.cells()->chosen(3);
        QCOMPARE(selected.size(), 1);
        QCOMPARE(placesOf(selected[0]), std::vector{ sampleReports()[3].place });
        emit shown.page.findChild<DumbbellPlot*>()->rowChosen(4);
        QCOMPARE(placesOf(selected[1]), std::vector{ sampleReports()[4].place });
    }

    void aboveSixtyTensorsThePlotShowsLayers()
    {
        Shown shown;
        std::vector<core::Place> many;
        for (int layer = 0; layer < 30; ++layer)
            for (const core::Role role : support::llamaMatrices)
                many.push_back({ role, layer });
        shown.page.setTensors(many);
        shown.page.setState(QuantizePage::State::Running);
        for (std::size_t i = 0; i < 100; ++i) {
            core::TensorReport report = sampleReports()[i % 28];
            report.place = many[i];
            shown.page.addReport(report);
        }
        settle(shown.page, { 927, 760 });
        QCOMPARE(shown.page.findChild<DumbbellPlot*>()->table().rows.size(), std::size_t(30));
        takePictures(shown.page, theme(), "quantize-thirty-layers");

        QSignalSpy selected(&shown.page, &QuantizePage::placesSelected);
        emit shown.page.findChild<DumbbellPlot*>()->rowChosen(12);
        QCOMPARE(placesOf(selected[0]).size(), support::llamaMatrices.size());
        QCOMPARE(placesOf(selected[0]).front().layer, 12);
    }

    void theCellsOfAllLayersAreDrawn()
    {
        std::vector<core::Place> deep;
        for (int layer = 0; layer < 120; ++layer)
            for (const core::Role role : support::llamaMatrices)
                deep.push_back({ role, layer });
        for (const int width : { 460, 620, 1100 }) {
            QuantizePage page;
            page.setTensors(deep);
            settle(page, { width, 700 });
            const auto* cells = page.findChild<TensorCellStrip*>();
            for (int cell = 0; cell < int(deep.size()); ++cell)
                QVERIFY2(QRectF(cells->rect()).contains(cells->cellRect(cell)),
                    qPrintable(QString::number(cell)));
        }
    }
};

QTEST_MAIN(QuantizeRunTest)
#include "tst_quantizerun.moc"
